// A regular expression's parts, as pattern.h reads them.
//
// Pure; any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "model/shape/characters.h"
#include "policy/result.h"

namespace seekd::model {

struct PatternNode {
  enum class Kind : std::uint8_t {
    characters,   // one of them
    sequence,     // of the parts, in order; without parts: nothing
    alternative,  // one of the parts
    repetition,   // of the one part, `least` to `most` times
    begin,        // ^
    end,          // $
  };
  Kind kind = Kind::sequence;
  Characters characters = {};
  std::vector<PatternNode> parts = {};
  std::uint32_t least = 0;
  std::optional<std::uint32_t> most = std::nullopt;  // nullopt: any number
};

// Errors: as read_pattern()'s.
Result<PatternNode> parse_pattern(std::string_view pattern);

}  // namespace seekd::model
