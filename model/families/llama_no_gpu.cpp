// Stands for llama_gpu.cpp where no nvcc was found to compile the kernels with.
#include "model/families/llama_gpu.h"

namespace seekd::model {

struct LlamaGpu::State {};

LlamaGpu::~LlamaGpu() = default;

Result<std::unique_ptr<LlamaGpu>> LlamaGpu::create(const LlamaWeights&) {
  return fail(ErrorCode::unsupported, "this program was built without nvcc");
}

// Nobody has one to call these of.
at::Tensor LlamaGpu::forward(Batch, KvPages&) {
  return {};
}
void LlamaGpu::begin(Batch, std::span<const Draw>, KvPages&) {}
std::vector<Result<DrawnToken>> LlamaGpu::finish() {
  return {};
}
void LlamaGpu::abandon() {}

}  // namespace seekd::model
