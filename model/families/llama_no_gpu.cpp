// Stands for llama_gpu.cpp where no nvcc was found to compile the kernels with.
#include "model/families/llama_gpu.h"

namespace seekd::model {

struct LlamaGpu::State {};

LlamaGpu::~LlamaGpu() = default;

Result<std::unique_ptr<LlamaGpu>> LlamaGpu::create(const LlamaWeights&) {
  return fail(ErrorCode::unsupported, "this program was built without nvcc");
}

Logits LlamaGpu::forward(Batch, KvPages&, Follow) {
  return {};
}

}  // namespace seekd::model
