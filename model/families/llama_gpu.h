// LlamaGpu: the Llama network on an NVIDIA GPU. A few tokens run through kernels of our own, as a
// CUDA graph (StepGraphs), many through libtorch's matrix products (ManyRows); either way the next
// tokens are drawn on the GPU, so that a step can begin before it is known what the one before it
// drew; but for those that are drawn_on_host(), of the one row that they need.
//
// Works in bf16 with float32 sums and a float32 residual stream. Immutable weights, but buffers of
// its own: one thread at a time. Launches on the legacy default stream, which is libtorch's. May
// throw what libtorch throws; engine.cpp stops it.

#pragma once

#include <memory>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>

#include "model/engine/batch.h"
#include "model/engine/kv_pages.h"
#include "model/engine/token_sampler.h"
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

  // As Llama's. Two steps may have been begun and not finished.
  at::Tensor forward(Batch batch, KvPages& pages);
  void begin(Batch batch, std::span<const Draw> draws, KvPages& pages);
  std::vector<Result<DrawnToken>> finish();

  // The steps begun are forgotten. REQUIRES: the device has ended them.
  void abandon();

 private:
  struct State;
  explicit LlamaGpu(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace seekd::model
