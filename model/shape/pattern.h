// Pattern: a regular expression of a schema as an automaton over characters.
//
// What ECMA-262 and Python's `re` both read alike: characters and escapes, classes, groups,
// alternatives, greedy and lazy quantifiers, `^` at the beginning and `$` at the end of an
// alternative. A pattern that has no anchor is found anywhere in a text. `\d`, `\w` and `\s` are of
// ASCII, and so are what they leave out. Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "model/shape/characters.h"
#include "policy/result.h"

namespace seekd::model {

// Deterministic: a state's edges share no character.
struct CharacterAutomaton {
  struct Edge {
    Characters characters;
    std::uint32_t to = 0;
  };
  struct State {
    std::vector<Edge> edges;
    bool ends = false;
  };
  std::vector<State> states;  // the first one is where a text begins
};

// Errors: unsupported (what is not read, by its name), invalid_argument (no pattern), too_large (it
// takes more than `work_left` steps, some 10 ns each; what it takes is taken off).
Result<CharacterAutomaton> read_pattern(std::string_view pattern, std::size_t& work_left);

}  // namespace seekd::model
