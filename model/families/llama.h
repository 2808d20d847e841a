// Llama: the decoder of the Llama and Qwen2 families, which differ by biases on q, k and v alone.
//
// Pre-norm blocks of grouped-query attention with rotary positions and a SiLU-gated MLP. Immutable
// after load(): any thread may run forward(), each with a cache of its own. May throw what libtorch
// throws; torch_model.cpp stops it. Source: Touvron et al., "Llama 2" (2023); Yang et al., "Qwen2
// Technical Report" (2024); `modeling_llama.py` of Hugging Face as the reference for every number
// (tests/model/vectors).

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/engine/kv_cache.h"
#include "model/families/layers.h"
#include "model/text/tokenizer.h"
#include "model/weights/loader.h"
#include "policy/result.h"

namespace seekd::model {

class Llama {
 public:
  // `context_tokens`: positions that will be asked for at most. Errors: corrupt (a tensor is
  // missing or of another shape), io.
  static Result<Llama> load(const Checkpoint& checkpoint, std::int64_t context_tokens,
                            const ComputeDevice& device);

  // An empty cache for `tokens` tokens.
  KvCache new_cache(std::int64_t tokens) const;

  // Runs the tokens behind those in the cache, appends them to it, and gives the logits after the
  // last: [vocabulary] float32. REQUIRES: tokens is not empty and fits the cache; ids are below the
  // vocabulary's size.
  at::Tensor forward(std::span<const TokenId> tokens, KvCache& cache) const;

 private:
  struct Block {
    RmsNorm attention_norm;
    Linear query_key_value;  // [heads + 2 · kv_heads] · head_dim outputs
    Linear attention_output;
    RmsNorm feed_forward_norm;
    Linear gate_up;  // 2 · feed_forward outputs
    Linear down;
  };

  Llama(const Checkpoint& checkpoint, std::int64_t context_tokens, const ComputeDevice& device);

  static Result<Block> load_block(const Checkpoint& checkpoint, std::size_t layer,
                                  const ComputeDevice& device);
  Status load_ends(const Checkpoint& checkpoint);

  at::Tensor attention(const Block& block, std::int64_t layer, const at::Tensor& input,
                       const at::Tensor& mask, KvCache& cache) const;
  at::Tensor feed_forward(const Block& block, const at::Tensor& input) const;

  ComputeDevice device_;
  std::int64_t heads_;
  std::int64_t kv_heads_;
  std::int64_t head_dim_;
  Rope rope_;
  at::Tensor embedding_;  // [vocabulary, hidden]
  std::vector<Block> blocks_;
  RmsNorm final_norm_;
  Linear head_;
};

}  // namespace seekd::model
