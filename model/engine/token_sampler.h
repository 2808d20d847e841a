// TokenSampler: the next token out of the logits.
//
// Greedy at temperature 0 (the lowest id among equals), else temperature, then the nucleus of
// Holtzman et al., "The Curious Case of Neural Text Degeneration" (ICLR 2020), and one draw of
// Philox at the token's position. The work stays on the logits' device; one number comes back.
// Any thread. May throw what libtorch throws; torch_model.cpp stops it.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "model/engine/batch.h"
#include "model/model.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

struct Draw {
  Sampling sampling;
  std::uint64_t position = 0;  // of the token in the whole text
};

// The next token of each of the logits' rows, by the draw of the same number. Errors, a row each:
// internal (its logits are not numbers).
std::vector<Result<TokenId>> sample_tokens(const Logits& logits, std::span<const Draw> draws);

}  // namespace seekd::model
