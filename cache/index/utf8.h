// Characters of UTF-8 text as the index looks at them. Bytes that are no UTF-8 count as characters
// of one byte. Pure functions, any thread.

#pragma once

#include <cstddef>
#include <string_view>

namespace seekd::cache {

// The character that begins at `position`. REQUIRES: position < text.size().
std::string_view character_at(std::string_view text, std::size_t position);

// At most `bytes_max` bytes, cut between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max);

// ASCII white space and U+3000.
bool is_space(std::string_view character);

// Scripts written without spaces between words that the index cuts into pairs: Han, Hiragana,
// Katakana, and Hangul, whose particles are written onto the words.
bool is_ideograph(std::string_view character);

}  // namespace seekd::cache
