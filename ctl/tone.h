// Colours of a terminal, for words that say whether something is as it should be.
//
// Pure but for colours_of(); any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::ctl {

enum class Tone : std::uint8_t { good, warning, bad };
enum class Colours : std::uint8_t { none, shown };

// Shown where `descriptor` is a terminal that has them, and $NO_COLOR (no-color.org) is not set.
Colours colours_of(int descriptor);

// SGR (ECMA-48 §8.3.117). REQUIRES: text holds no control characters.
std::string toned(std::string_view text, Tone tone, Colours colours);

}  // namespace seekd::ctl
