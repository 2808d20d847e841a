#include "tests/model/random_llama.h"

#include <cmath>

#include <ATen/ATen.h>

namespace seekd::model {
namespace {

std::int64_t extent(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

// Drawn where they will live: a large network's weights take minutes to draw on a processor.
class Draw {
 public:
  Draw(const ComputeDevice& device, std::uint64_t seed) : device_(device) { at::manual_seed(seed); }

  at::Tensor normal(at::IntArrayRef extents, double deviation) const {
    return at::randn(extents, at::TensorOptions(device_.weights).device(device_.device))
        .mul_(deviation);
  }

  Linear linear(std::int64_t outputs, std::int64_t inputs, bool biased = false) const {
    const double deviation = 1 / std::sqrt(static_cast<double>(inputs));
    return Linear(normal({outputs, inputs}, deviation),
                  biased ? normal({outputs}, 0.1) : at::Tensor(), device_);
  }

  RmsNorm norm(std::int64_t width, double epsilon) const {
    const auto options = at::TensorOptions(at::kFloat).device(device_.device);
    return RmsNorm(at::rand({width}, options).add_(0.5), epsilon, device_);
  }

 private:
  const ComputeDevice& device_;
};

}  // namespace

LlamaWeights random_llama(const CheckpointConfig& config, std::int64_t context_tokens,
                          const ComputeDevice& device, std::uint64_t seed) {
  const Draw draw(device, seed);
  const auto hidden = extent(config.hidden);
  const auto attended = extent(config.heads * config.head_dim);
  const auto projected = attended + 2 * extent(config.kv_heads * config.head_dim);
  const auto width = extent(config.feed_forward);
  LlamaWeights weights;
  weights.device = device;
  weights.heads = extent(config.heads);
  weights.kv_heads = extent(config.kv_heads);
  weights.head_dim = extent(config.head_dim);
  weights.rope = Rope(config, context_tokens, device);
  weights.embedding = draw.normal({extent(config.vocabulary), hidden}, 1);
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    weights.blocks.push_back({draw.norm(hidden, config.norm_epsilon),
                              draw.linear(projected, hidden, config.architecture == "qwen2"),
                              draw.linear(hidden, attended), draw.norm(hidden, config.norm_epsilon),
                              draw.linear(2 * width, hidden), draw.linear(hidden, width)});
  }
  weights.final_norm = draw.norm(hidden, config.norm_epsilon);
  weights.head = draw.linear(extent(config.vocabulary), hidden);
  return weights;
}

LlamaWeights copied(const LlamaWeights& weights, const CheckpointConfig& config,
                    std::int64_t context_tokens, const ComputeDevice& device) {
  const auto linear = [&](const Linear& from) {
    const bool plain = from.quantized().kind == config::Quantization::none;
    return Linear(plain ? from.weight() : dequantize(from.quantized(), at::kFloat), from.bias(),
                  device);
  };
  const auto norm = [&](const RmsNorm& from) {
    return RmsNorm(from.weight(), from.epsilon(), device);
  };
  LlamaWeights copy = weights;
  copy.device = device;
  copy.rope = Rope(config, context_tokens, device);
  copy.embedding = weights.embedding.to(device.weights).to(device.device);
  for (LlamaBlock& block : copy.blocks) {
    block = {norm(block.attention_norm),     linear(block.query_key_value),
             linear(block.attention_output), norm(block.feed_forward_norm),
             linear(block.gate_up),          linear(block.down)};
  }
  copy.final_norm = norm(weights.final_norm);
  copy.head = linear(weights.head);
  return copy;
}

}  // namespace seekd::model
