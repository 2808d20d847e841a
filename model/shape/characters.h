// Characters: sets of Unicode code points, surrogates never among them.
//
// Plain values; any thread.

#pragma once

#include <vector>

namespace seekd::model {

struct CharacterRange {
  char32_t first = 0;
  char32_t last = 0;
  auto operator<=>(const CharacterRange&) const = default;
};

// In order, none touching the next, by tidy().
using Characters = std::vector<CharacterRange>;

constexpr char32_t character_max = 0x10FFFF;

Characters tidy(Characters ranges);
Characters all_but(const Characters& ranges);  // REQUIRES: tidy

}  // namespace seekd::model
