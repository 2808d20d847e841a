// Strings of JSON as parts of a grammar: any, of a counted length, of a pattern, of given names.
//
// RFC 8259 §7. A character that a pattern asks for is written as itself, or by its escape where
// JSON has to escape it. One thread; what is too large is told by the builder.

#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>

#include "model/shape/grammar.h"
#include "model/shape/pattern.h"

namespace seekd::model {

struct Length {
  std::size_t least = 0;  // characters: code points
  std::optional<std::size_t> most = std::nullopt;

  bool any() const { return least == 0 && !most; }
  bool operator==(const Length&) const = default;
};

class JsonStrings {
 public:
  using RuleId = GrammarBuilder::RuleId;

  explicit JsonStrings(GrammarBuilder& builder) : builder_(builder) {}

  // An alternative of `rule`, each.
  void add(RuleId rule, const Length& length);
  void add(RuleId rule, const CharacterAutomaton& automaton, const Length& length);

  // Names of ASCII without escapes, none of which is one of these.
  void add_other_names(RuleId rule, std::span<const std::string> names);

 private:
  void any_character(StateId from, StateId to);
  void any_ascii(StateId from, StateId to);
  void beyond_ascii(StateId from, StateId to);
  void any_escape(StateId from, StateId to);
  void hex(StateId from, std::size_t digits, StateId to);
  RuleId wide_character();
  void counted(StateId from, const Length& length, StateId last);

  void lower(StateId from, const Characters& characters, StateId to);
  void lower_escaped(StateId from, char32_t character, StateId to);
  void lower_range(StateId from, CharacterRange range, StateId to);
  void lower_bytes(StateId from, std::string_view first, std::string_view last, StateId to);
  StateId any_tail(std::size_t length, StateId to);

  GrammarBuilder& builder_;
  std::optional<RuleId> wide_;  // one character that is no plain ASCII
  std::map<std::pair<std::size_t, StateId>, StateId> tails_;
};

}  // namespace seekd::model
