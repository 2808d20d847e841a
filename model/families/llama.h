// Llama: the decoder of the Llama and Qwen2 families, which differ by biases on q, k and v alone.
//
// Pre-norm blocks of grouped-query attention with rotary positions and a SiLU-gated MLP. One thread
// at a time. May throw what libtorch throws; engine.cpp stops it. Source: Touvron et al., "Llama
// 2" (2023); Yang et al., "Qwen2 Technical Report" (2024); `modeling_llama.py` of Hugging Face as
// the reference for every number (tests/model/vectors).

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/engine/batch.h"
#include "model/engine/kv_pages.h"
#include "model/engine/token_sampler.h"
#include "model/families/llama_cpu.h"
#include "model/families/llama_gpu.h"
#include "model/families/llama_weights.h"
#include "model/text/tokenizer.h"
#include "model/threads.h"
#include "model/weights/loader.h"
#include "policy/result.h"

namespace seekd::model {

class Llama {
 public:
  enum class Kernels : std::uint8_t {
    best,      // our own where they serve: an NVIDIA GPU and bf16, a processor and file blocks
    libtorch,  // the reference that they are held against
  };

  // `threads`: of our own kernels on a processor. Weights that are kept in a file's blocks have no
  // others. Errors: unsupported (they do not serve its heads), internal (a GPU's driver failed).
  static Result<Llama> create(LlamaWeights weights, Kernels kernels = Kernels::best,
                              int threads = thread_count(0));

  bool own_kernels() const { return gpu_ != nullptr || cpu_ != nullptr; }

  // Room for the keys and values of so many pages.
  KvPages new_pages(std::size_t pages) const;

  // Runs each part's tokens behind those that its pages hold, writes their keys and values there,
  // and gives the logits that are wanted: [tokens, vocabulary] float32, in the batch's order;
  // undefined where there are none. REQUIRES: ids are below the vocabulary's size.
  at::Tensor forward(Batch batch, KvPages& pages) const;

  // The same in two halves, with the next tokens drawn, `draws` being of those whose logits are
  // wanted: finish() waits for the oldest step begun and gives its tokens. Errors of tokens:
  // internal (logits are not numbers). REQUIRES: no more than steps_at_once() have been begun; a
  // token that is drawn_on_host() is known to the step after it by its id.
  void begin(Batch batch, std::span<const Draw> draws, KvPages& pages) const;
  std::vector<Result<DrawnToken>> finish() const;

  // After one of the above has failed: waits until the device has done what it was told, forgets
  // the steps begun and gives back the memory that nothing uses. Never throws. Errors: unavailable
  // (the device does not answer; its words).
  Status abandon() const;

  // Where it is two, a step may begin before the one before it has ended, and have tokens in it
  // that that one draws (token_drawn_at()).
  std::size_t steps_at_once() const { return gpu_ ? 2 : 1; }

 private:
  explicit Llama(std::unique_ptr<const LlamaWeights> weights) : weights_(std::move(weights)) {}

  class Step;

  at::Tensor feed_forward(const LlamaBlock& block, const at::Tensor& input) const;

  std::unique_ptr<const LlamaWeights> weights_;
  // Where our own kernels serve; they hold on to weights_.
  std::unique_ptr<LlamaGpu> gpu_;
  std::unique_ptr<LlamaCpu> cpu_;
  mutable std::vector<Result<DrawnToken>> drawn_;  // by the step begun, without LlamaGpu
};

}  // namespace seekd::model
