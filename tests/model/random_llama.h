// Networks with random weights, for tests and benchmarks that need a shape and no meaning.

#pragma once

#include <cstdint>

#include "model/families/llama_weights.h"
#include "model/weights/checkpoint_config.h"

namespace seekd::model {

// Weights that keep activations near 1 in every layer, the same for one seed whatever the device.
// Biases on q, k and v where the architecture is "qwen2". May throw what libtorch throws.
LlamaWeights random_llama(const CheckpointConfig& config, std::int64_t context_tokens,
                          const ComputeDevice& device, std::uint64_t seed);

// The same weights elsewhere or in another precision.
LlamaWeights copied(const LlamaWeights& weights, const CheckpointConfig& config,
                    std::int64_t context_tokens, const ComputeDevice& device);

}  // namespace seekd::model
