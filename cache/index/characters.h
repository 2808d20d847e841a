// Which characters the index cuts at, each as policy::character_at() gives it. Pure functions, any
// thread.

#pragma once

#include <string_view>

namespace seekd::cache {

// ASCII white space and U+3000.
bool is_space(std::string_view character);

// Scripts written without spaces between words that the index cuts into pairs: Han, Hiragana,
// Katakana, and Hangul, whose particles are written onto the words.
bool is_ideograph(std::string_view character);

}  // namespace seekd::cache
