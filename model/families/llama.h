// Llama: the decoder of the Llama and Qwen2 families, which differ by biases on q, k and v alone.
//
// Pre-norm blocks of grouped-query attention with rotary positions and a SiLU-gated MLP. Any thread
// may run forward() with a cache of its own; with our own kernels one at a time, for they share
// buffers. May throw what libtorch throws; torch_model.cpp stops it. Source: Touvron et al., "Llama
// 2" (2023); Yang et al., "Qwen2 Technical Report" (2024); `modeling_llama.py` of Hugging Face as
// the reference for every number (tests/model/vectors).

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <ATen/core/Tensor.h>

#include "model/engine/kv_cache.h"
#include "model/engine/logits.h"
#include "model/families/llama_gpu.h"
#include "model/families/llama_weights.h"
#include "model/text/tokenizer.h"
#include "model/weights/loader.h"
#include "policy/result.h"

namespace seekd::model {

class Llama {
 public:
  enum class Kernels : std::uint8_t {
    best,      // our own where they serve: an NVIDIA GPU and bf16
    libtorch,  // the reference that they are held against
  };

  // Errors: internal (a GPU's driver failed).
  static Result<Llama> create(LlamaWeights weights, Kernels kernels = Kernels::best);

  bool own_kernels() const { return gpu_ != nullptr; }

  // An empty cache for `tokens` tokens.
  KvCache new_cache(std::int64_t tokens) const;

  // Runs the tokens behind those in the cache, appends them to it, and gives the logits after the
  // last. REQUIRES: tokens is not empty and fits the cache; ids are below the
  // vocabulary's size.
  // With our own kernels the logits of a single token are overwritten by the next call.
  Logits forward(std::span<const TokenId> tokens, KvCache& cache,
                 Follow follow = Follow::unknown) const;

 private:
  explicit Llama(std::unique_ptr<const LlamaWeights> weights) : weights_(std::move(weights)) {}

  at::Tensor attention(const LlamaBlock& block, std::int64_t layer, const at::Tensor& input,
                       const at::Tensor& mask, KvCache& cache) const;
  at::Tensor feed_forward(const LlamaBlock& block, const at::Tensor& input) const;

  std::unique_ptr<const LlamaWeights> weights_;
  std::unique_ptr<LlamaGpu> gpu_;  // where our own kernels serve; holds on to weights_
};

}  // namespace seekd::model
