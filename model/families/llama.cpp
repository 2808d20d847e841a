#include "model/families/llama.h"

#include <cassert>
#include <utility>

#include <ATen/ATen.h>

namespace seekd::model {

Result<Llama> Llama::create(LlamaWeights weights, Kernels kernels) {
  Llama model(std::make_unique<LlamaWeights>(std::move(weights)));
  if (kernels == Kernels::libtorch) return model;
  auto gpu = LlamaGpu::create(*model.weights_);
  if (gpu) {
    model.gpu_ = *std::move(gpu);
  } else if (gpu.error().code != ErrorCode::unsupported) {
    return std::unexpected(gpu.error());
  }
  return model;
}

KvCache Llama::new_cache(std::int64_t tokens) const {
  return KvCache({static_cast<std::int64_t>(weights_->blocks.size()), weights_->kv_heads,
                  weights_->head_dim, tokens},
                 weights_->device);
}

Logits Llama::forward(std::span<const TokenId> tokens, KvCache& cache, Follow follow) const {
  assert(!tokens.empty());
  if (gpu_) return gpu_->forward(tokens, cache, follow);
  const auto rows = static_cast<std::int64_t>(tokens.size());
  const at::Tensor ids =
      at::tensor(at::ArrayRef<TokenId>(tokens.data(), tokens.size())).to(weights_->device.device);
  const at::Tensor mask =
      causal_mask(rows, cache.length(), weights_->heads / weights_->kv_heads, weights_->device);
  // The residual stream: each block adds a little to it, so its rounding would add up.
  at::Tensor stream = weights_->embedding.index_select(0, ids).to(at::kFloat);
  for (std::size_t layer = 0; layer < weights_->blocks.size(); ++layer) {
    const LlamaBlock& block = weights_->blocks[layer];
    stream = stream + attention(block, static_cast<std::int64_t>(layer),
                                block.attention_norm(stream), mask, cache);
    stream = stream + feed_forward(block, block.feed_forward_norm(stream));
  }
  cache.advance(rows);
  const at::Tensor last = weights_->final_norm(stream.narrow(0, rows - 1, 1));
  return {weights_->head(last).squeeze(0).to(at::kFloat), std::nullopt};
}

at::Tensor Llama::attention(const LlamaBlock& block, std::int64_t layer, const at::Tensor& input,
                            const at::Tensor& mask, KvCache& cache) const {
  const at::Tensor projected = block.query_key_value(input).view(
      {input.size(0), weights_->heads + 2 * weights_->kv_heads, weights_->head_dim});
  // Queries and keys are rotated alike, so in one go.
  const at::Tensor rotated =
      weights_->rope(projected.narrow(1, 0, weights_->heads + weights_->kv_heads), cache.length());
  const KvCache::View cached =
      cache.append(layer, rotated.narrow(1, weights_->heads, weights_->kv_heads),
                   projected.narrow(1, weights_->heads + weights_->kv_heads, weights_->kv_heads));
  return block.attention_output(attend(rotated.narrow(1, 0, weights_->heads), cached, mask));
}

at::Tensor Llama::feed_forward(const LlamaBlock& block, const at::Tensor& input) const {
  const at::Tensor gate_up = block.gate_up(input);
  const std::int64_t width = gate_up.size(1) / 2;
  return block.down(at::silu(gate_up.narrow(1, 0, width)).mul_(gate_up.narrow(1, width, width)));
}

}  // namespace seekd::model
