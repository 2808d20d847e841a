// Numbers of JSON as parts of a grammar: any, or between bounds.
//
// RFC 8259 §6. At most 15 digits before the point and 15 behind it, 6 where there are bounds, so
// that a reader's floating point does not carry a number over one (IEEE 754's binary64 keeps 15).
// One thread.

#pragma once

#include <cstdint>
#include <optional>

#include "model/shape/grammar.h"

namespace seekd::model {

struct NumberBounds {
  // Whole numbers. REQUIRES: within bound_max of 0.
  std::optional<std::int64_t> least = std::nullopt;
  std::optional<std::int64_t> most = std::nullopt;
  bool above_least = false;  // least itself is out
  bool below_most = false;

  bool any() const { return !least && !most; }
};

constexpr std::int64_t bound_max = 1'000'000'000'000'000;

// An alternative of `rule`, each; none where the bounds hold nothing.
void add_integer(GrammarBuilder& builder, GrammarBuilder::RuleId rule, NumberBounds bounds);
void add_number(GrammarBuilder& builder, GrammarBuilder::RuleId rule, NumberBounds bounds);

}  // namespace seekd::model
