// How long the model may think about a question: what its caller asked for, or what its sources
// ask for. Over pages the answer is there to be read; without them it has to be thought out.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "model/model.h"

namespace seekd::daemon {

enum class Effort : std::uint8_t {
  none,  // no thought
  low,
  medium,
  high,
};

struct ThinkingTerms {
  std::optional<Effort> effort;  // as the caller names it; nullopt: it names none
  std::size_t tokens_low = 0;    // of a thought
  std::size_t tokens_medium = 0;
  std::size_t tokens_high = 0;

  std::size_t tokens_of(Effort named) const;
};

enum class Basis : std::uint8_t {
  pages,  // passages stand in the prompt
  model_alone,
};

// Where no effort is named, a model that can do without thoughts does as it was trained.
model::Thinking thinking_for(const ThinkingTerms& terms, Basis basis);

}  // namespace seekd::daemon
