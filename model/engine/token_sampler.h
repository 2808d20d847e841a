// TokenSampler: the next token out of the logits.
//
// Greedy at temperature 0 (the lowest id among equals), else temperature, then the nucleus of
// Holtzman et al., "The Curious Case of Neural Text Degeneration" (ICLR 2020), and one draw of
// Philox at the token's position. The work stays on the logits' device; one number comes back.
// Any thread. May throw what libtorch throws; torch_model.cpp stops it.

#pragma once

#include <cstdint>

#include "model/engine/logits.h"
#include "model/model.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

// `position` of the token in the whole text. Errors: internal (the
// logits are not numbers).
Result<TokenId> sample_token(const Logits& logits, const Sampling& sampling,
                             std::uint64_t position);

}  // namespace seekd::model
