// LlamaGpu: the Llama network on an NVIDIA GPU, with our own kernels between libtorch's matrix
// products (many tokens, of one text or of many) or in their place (one token, as a CUDA graph).
//
// Works in bf16 with float32 sums and a float32 residual stream. Immutable weights, but buffers of
// its own: one thread at a time. Launches on the legacy default stream, which is libtorch's. May
// throw what libtorch throws; engine.cpp stops it.

#pragma once

#include <memory>

#include "model/engine/batch.h"
#include "model/engine/kv_pages.h"
#include "model/families/llama_weights.h"
#include "policy/result.h"

namespace seekd::model {

class LlamaGpu {
 public:
  // `weights` outlive this. Errors: unsupported (this program was built without nvcc, the device is
  // no NVIDIA GPU, weights are not bf16, or the sizes are not served: the caller goes on with
  // libtorch alone), internal (the driver's words).
  static Result<std::unique_ptr<LlamaGpu>> create(const LlamaWeights& weights);
  ~LlamaGpu();

  // As Llama::forward(). The logits of a single token are overwritten by the next call.
  Logits forward(Batch batch, KvPages& pages, Follow follow);

 private:
  struct State;
  explicit LlamaGpu(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace seekd::model
