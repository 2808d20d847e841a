// Batch: what a network is given in one step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "model/engine/page_pool.h"
#include "model/text/tokenizer.h"

namespace seekd::model {

// The next tokens of one text, to be run behind those that its pages hold.
struct BatchPart {
  std::span<const TokenId> tokens;  // REQUIRES: not empty
  std::int64_t position = 0;        // of the first of them: so many stand before it
  std::span<const PageId> pages;    // of the text, with room for them
  std::size_t logits = 1;           // wanted after so many of the last of them; at most all
};

// Texts of one token each stand first: they are attended to together.
using Batch = std::span<const BatchPart>;

// Stands for a token that is not known yet: the one that the step before draws at `place`, counted
// in that step's wanted logits.
constexpr TokenId token_drawn_at(std::size_t place) {
  return -1 - static_cast<TokenId>(place);
}

constexpr bool is_drawn(TokenId token) {
  return token < 0;
}

}  // namespace seekd::model
