#include "model/families/llama_gpu.h"

#include <cmath>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "model/kernels/decode_graph.h"
#include "model/kernels/kernels.h"

namespace seekd::model {

namespace {

constexpr kernels::Stream kStream = nullptr;  // the legacy default stream

const kernels::bf16* bits(const at::Tensor& tensor) {
  return reinterpret_cast<const kernels::bf16*>(tensor.const_data_ptr<at::BFloat16>());
}
kernels::bf16* bits_to_write(const at::Tensor& tensor) {
  return reinterpret_cast<kernels::bf16*>(tensor.data_ptr<at::BFloat16>());
}

kernels::Matrix matrix_of(const Linear& linear) {
  kernels::Matrix matrix;
  if (linear.bias().defined()) matrix.bias = bits(linear.bias());
  matrix.outputs = static_cast<int>(linear.outputs());
  matrix.inputs = static_cast<int>(linear.inputs());
  const QuantizedWeight& quantized = linear.quantized();
  if (quantized.kind == config::Quantization::none) {
    matrix.weights = bits(linear.weight());
    return matrix;
  }
  matrix.weights = quantized.values.const_data_ptr();
  matrix.scales =
      reinterpret_cast<const std::uint16_t*>(quantized.scales.const_data_ptr<at::Half>());
  const bool bytes = quantized.kind == config::Quantization::int8;
  matrix.encoding = bytes ? kernels::Encoding::int8 : kernels::Encoding::int4;
  return matrix;
}

// [rows, inputs] → [rows, outputs], by libtorch's matrix product.
at::Tensor project(const Linear& linear, const at::Tensor& input) {
  if (linear.quantized().kind == config::Quantization::none) return linear(input);
  const at::Tensor weight = at::empty({linear.outputs(), linear.inputs()}, input.options());
  kernels::dequantize(kStream, matrix_of(linear), bits_to_write(weight));
  return at::linear(input, weight,
                    linear.bias().defined() ? std::optional(linear.bias()) : std::nullopt);
}

kernels::Norm norm_of(const RmsNorm& norm) {
  return {norm.weight().const_data_ptr<float>(), static_cast<float>(norm.epsilon())};
}

kernels::RopeTables tables_of(const Rope& rope) {
  return {rope.cosines().const_data_ptr<float>(), rope.sines().const_data_ptr<float>()};
}

kernels::DecodeNetwork network_of(const LlamaWeights& weights) {
  kernels::DecodeNetwork network;
  network.embedding = bits(weights.embedding);
  for (const LlamaBlock& block : weights.blocks) {
    network.layers.push_back({norm_of(block.attention_norm), matrix_of(block.query_key_value),
                              matrix_of(block.attention_output), norm_of(block.feed_forward_norm),
                              matrix_of(block.gate_up), matrix_of(block.down)});
  }
  network.final_norm = norm_of(weights.final_norm);
  network.head = matrix_of(weights.head);
  network.attention = {static_cast<int>(weights.heads), static_cast<int>(weights.kv_heads),
                       static_cast<int>(weights.head_dim)};
  network.rope = tables_of(weights.rope);
  return network;
}

}  // namespace

struct LlamaGpu::State {
  const LlamaWeights& weights;
  kernels::AttentionShape shape;
  std::unique_ptr<kernels::DecodeGraph> graph;

  Logits one(TokenId token, KvCache& cache, Follow follow) const;
  Logits many(std::span<const TokenId> tokens, KvCache& cache) const;
  void normalise(const RmsNorm& norm, const at::Tensor& addend, const at::Tensor& residual,
                 const at::Tensor& out) const;
  at::Tensor attend(const LlamaBlock& block, std::int64_t layer, const at::Tensor& input,
                    KvCache& cache) const;
  at::Tensor feed_forward(const LlamaBlock& block, const at::Tensor& input) const;
};

LlamaGpu::LlamaGpu(std::unique_ptr<State> state) : state_(std::move(state)) {}
LlamaGpu::~LlamaGpu() = default;

Result<std::unique_ptr<LlamaGpu>> LlamaGpu::create(const LlamaWeights& weights) {
  if (!weights.device.device.is_cuda() || weights.device.weights != c10::kBFloat16) {
    return fail(ErrorCode::unsupported, "our own kernels serve NVIDIA GPUs and bf16");
  }
  auto network = network_of(weights);
  auto graph = kernels::DecodeGraph::create(network);
  if (!graph) return std::unexpected(graph.error());
  return std::unique_ptr<LlamaGpu>(
      new LlamaGpu(std::make_unique<State>(weights, network.attention, *std::move(graph))));
}

Logits LlamaGpu::forward(std::span<const TokenId> tokens, KvCache& cache, Follow follow) {
  if (tokens.size() > 1) return state_->many(tokens, cache);
  return state_->one(tokens.front(), cache, follow);
}

Logits LlamaGpu::State::one(TokenId token, KvCache& cache, Follow follow) const {
  using Graph = kernels::DecodeGraph;
  const auto best =
      graph->run({token, static_cast<std::int32_t>(cache.length()), bits_to_write(cache.keys()),
                  bits_to_write(cache.values()), cache.capacity()},
                 follow == Follow::best ? Graph::Follow::best : Graph::Follow::unknown);
  TORCH_CHECK(best, best ? "" : best.error().message);
  cache.advance(1);
  Logits logits;
  if (std::isfinite(best->logit)) logits.best = best->token;
  TORCH_CHECK(logits.best || follow == Follow::unknown, "the model's output is not a number");
  if (follow == Follow::best) return logits;
  logits.values = at::from_blob(const_cast<float*>(graph->logits()), {weights.head.outputs()},
                                at::TensorOptions(at::kFloat).device(weights.device.device));
  return logits;
}

Logits LlamaGpu::State::many(std::span<const TokenId> tokens, KvCache& cache) const {
  graph->forget_begun();
  const auto rows = static_cast<std::int64_t>(tokens.size());
  const at::Tensor ids =
      at::tensor(at::ArrayRef<TokenId>(tokens.data(), tokens.size())).to(weights.device.device);
  const at::Tensor residual = weights.embedding.index_select(0, ids).to(at::kFloat);
  const at::Tensor normed = at::empty(residual.sizes(), weights.embedding.options());
  at::Tensor addend;
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const LlamaBlock& block = weights.blocks[i];
    normalise(block.attention_norm, addend, residual, normed);
    addend = attend(block, static_cast<std::int64_t>(i), normed, cache);
    normalise(block.feed_forward_norm, addend, residual, normed);
    addend = feed_forward(block, normed);
  }
  cache.advance(rows);
  const at::Tensor last = residual.narrow(0, rows - 1, 1).add_(addend.narrow(0, rows - 1, 1));
  const at::Tensor logits = at::empty({weights.head.outputs()}, residual.options());
  kernels::norm_gemv(kStream, matrix_of(weights.head), norm_of(weights.final_norm),
                     last.const_data_ptr<float>(), logits.data_ptr<float>());
  return {logits, std::nullopt};
}

// residual += addend, where there is one; out ← norm(residual).
void LlamaGpu::State::normalise(const RmsNorm& norm, const at::Tensor& addend,
                                const at::Tensor& residual, const at::Tensor& out) const {
  kernels::add_norm_rows(kStream, static_cast<int>(residual.size(0)),
                         static_cast<int>(residual.size(1)),
                         addend.defined() ? bits(addend) : nullptr, norm_of(norm),
                         residual.data_ptr<float>(), bits_to_write(out));
}

at::Tensor LlamaGpu::State::attend(const LlamaBlock& block, std::int64_t layer,
                                   const at::Tensor& input, KvCache& cache) const {
  const std::int64_t rows = input.size(0);
  const std::int64_t length = cache.length() + rows;
  const at::Tensor qkv =
      project(block.query_key_value, input)
          .view({1, rows, weights.heads + 2 * weights.kv_heads, weights.head_dim});
  const at::Tensor keys = cache.keys()[layer];
  const at::Tensor values = cache.values()[layer];
  kernels::rope_kv_write_rows(kStream, static_cast<int>(rows), shape, tables_of(weights.rope),
                              {bits_to_write(keys), bits_to_write(values), cache.capacity(),
                               static_cast<int>(cache.length())},
                              bits_to_write(qkv));
  const auto seen = [length](const at::Tensor& all) {  // [1, tokens, kv_heads, head_dim]
    return all.narrow(1, 0, length).transpose(0, 1).unsqueeze(0);
  };
  // Its causal mask ends with the last query at the last key, as a chunk behind a cache needs it.
  const at::Tensor output = std::get<0>(
      at::_flash_attention_forward(qkv.narrow(2, 0, weights.heads), seen(keys), seen(values),
                                   std::nullopt, std::nullopt, rows, length, 0.0, true, false));
  return project(block.attention_output, output.reshape({rows, weights.heads * weights.head_dim}));
}

at::Tensor LlamaGpu::State::feed_forward(const LlamaBlock& block, const at::Tensor& input) const {
  const at::Tensor gate_up = project(block.gate_up, input);
  const at::Tensor products = at::empty({gate_up.size(0), gate_up.size(1) / 2}, gate_up.options());
  kernels::swiglu_rows(kStream, static_cast<int>(products.size(0)),
                       static_cast<int>(products.size(1)), bits(gate_up), bits_to_write(products));
  return project(block.down, products);
}

}  // namespace seekd::model
