// TokenSampler: the next token out of the logits.
//
// At temperature 0 the best one, the lowest id among equals. Else temperature, then of the tokens
// that remain the top_k best, of those the fewest best that have top_p of their probability (A.
// Holtzman et al., "The Curious Case of Neural Text Degeneration", ICLR 2020), of those the ones
// with at least min_p of the best one's (M. Nguyen et al., "Turning Up the Heat", ICLR 2025), and
// one draw of Philox at the token's position. Tokens that are equally good at a border are kept
// together. Probabilities are integers, so that their sums are the same in any order: on a GPU
// draw_rows() (model/kernels/kernels.h) draws alike, up to how its exponential rounds. Penalties
// (penalties.h) change the logits before all that, and what is not allowed is no token at all. Any
// thread.
// May throw what libtorch throws; engine.cpp stops it.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/engine/log_probabilities.h"
#include "model/model.h"
#include "model/shape/token_mask.h"
#include "model/text/tokenizer.h"
#include "policy/result.h"

namespace seekd::model {

struct Draw {
  Sampling sampling;
  std::uint64_t position = 0;  // of the token in the whole text
  // What stands before it, where penalties are asked for. REQUIRES: ids below the vocabulary's
  // size.
  std::span<const TokenId> prompt = {};
  std::span<const TokenId> answer = {};
  // The tokens that may be drawn; nullptr: all of them.
  const TokenMask* allowed = nullptr;
};

struct DrawnToken {
  TokenId token = 0;
  std::vector<TokenOdds> odds = {};  // where Sampling::logprobs asks: its own, then the best ones'
};

// Does the draw need its row of logits on the host? Such a token is not drawn on a GPU.
bool drawn_on_host(const Sampling& sampling);

// What `draw` draws by: [0, 1).
double point_of(const Draw& draw);

// The next token of each row of `logits` [draws, vocabulary], float32. Errors, a row each: internal
// (its logits are not numbers, or nothing is allowed).
std::vector<Result<DrawnToken>> sample_tokens(const at::Tensor& logits,
                                              std::span<const Draw> draws);

// The token that was found best of a row, or drawn; infinite or no number where the row has one.
Result<DrawnToken> checked_token(float best_logit, TokenId token);

}  // namespace seekd::model
