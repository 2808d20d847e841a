// Logits: what a network says of the next token.
#pragma once

#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "model/text/tokenizer.h"

namespace seekd::model {

// What the caller will do with them.
enum class Follow : std::uint8_t {
  unknown,
  best,  // go on with the best token: the step after this one may begin before it is asked for
};

struct Logits {
  at::Tensor values;  // [vocabulary] float32; undefined where the next step has begun
  // The greatest, the lowest id of equals, where the network found it on the way and all are
  // numbers: saves a pass over the vocabulary and a wait for the GPU.
  std::optional<TokenId> best;
};

}  // namespace seekd::model
