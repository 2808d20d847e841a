#include "model/families/llama_gpu.h"

#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "model/families/gpu_rows.h"
#include "model/kernels/decode_graph.h"
#include "model/kernels/kernels.h"

namespace seekd::model {

namespace {

constexpr kernels::Stream kStream = nullptr;  // the legacy default stream

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

// [outputs, inputs] as libtorch's matrix products read it.
at::Tensor plain_weight(const Linear& linear) {
  if (linear.quantized().kind == config::Quantization::none) return linear.weight();
  const at::Tensor weight = at::empty({linear.outputs(), linear.inputs()},
                                      linear.quantized().scales.options().dtype(at::kBFloat16));
  kernels::dequantize(kStream, matrix_of(linear), bits_to_write(weight));
  return weight;
}

// [rows, inputs] → [rows, outputs], by libtorch's matrix product.
at::Tensor project(const Linear& linear, const at::Tensor& input) {
  return at::linear(input, plain_weight(linear),
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
  network.positions = static_cast<int>(weights.rope.cosines().size(0));
  return network;
}

}  // namespace

struct LlamaGpu::State {
  // What a part of more than one token attends to.
  struct Chunk {
    std::int64_t first = 0;  // row
    std::int64_t rows = 0;
    Slots seen;
  };

  const LlamaWeights& weights;
  kernels::AttentionShape shape;
  std::unique_ptr<kernels::DecodeGraph> graph;
  at::Tensor arrived;  // AttentionScratch: zeros between steps, grown as texts become more

  Logits one(const BatchPart& part, KvPages& pages, Follow follow) const;
  Logits many(Batch batch, KvPages& pages);
  std::vector<Chunk> chunks_of(Batch batch) const;
  void normalise(const RmsNorm& norm, const at::Tensor& addend, const at::Tensor& residual,
                 const at::Tensor& out) const;
  at::Tensor attend(const LlamaBlock& block, std::int64_t layer, const at::Tensor& input,
                    const GpuRows& rows, const std::vector<Chunk>& chunks, const KvPages& pages);
  void attend_alone(std::int64_t layer, const GpuRows& rows, const at::Tensor& qkv,
                    const at::Tensor& out);
  at::Tensor feed_forward(const LlamaBlock& block, const at::Tensor& input) const;
  at::Tensor logits_of(const at::Tensor& residual) const;
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
  return std::unique_ptr<LlamaGpu>(new LlamaGpu(
      std::make_unique<State>(weights, network.attention, *std::move(graph), at::Tensor())));
}

Logits LlamaGpu::forward(Batch batch, KvPages& pages, Follow follow) {
  const BatchPart& first = batch.front();
  if (batch.size() == 1 && first.tokens.size() == 1) return state_->one(first, pages, follow);
  return state_->many(batch, pages);
}

Logits LlamaGpu::State::one(const BatchPart& part, KvPages& pages, Follow follow) const {
  using Graph = kernels::DecodeGraph;
  const auto best = graph->run(
      {{part.tokens.front(), static_cast<std::int32_t>(part.position), bits_to_write(pages.keys()),
        bits_to_write(pages.values()), pages.slots(), nullptr},
       part.pages},
      follow == Follow::best ? Graph::Follow::best : Graph::Follow::unknown);
  TORCH_CHECK(best, best ? "" : best.error().message);
  Logits logits;
  if (std::isfinite(best->logit)) logits.best = best->token;
  TORCH_CHECK(logits.best || follow == Follow::unknown, "the model's output is not a number");
  if (follow == Follow::best) return logits;
  logits.values = at::from_blob(const_cast<float*>(graph->logits()), {1, weights.head.outputs()},
                                at::TensorOptions(at::kFloat).device(weights.device.device));
  return logits;
}

Logits LlamaGpu::State::many(Batch batch, KvPages& pages) {
  graph->forget_begun();
  const GpuRows rows(batch, pages, weights.device.device);
  const std::vector<Chunk> chunks = chunks_of(batch);
  const at::Tensor residual = weights.embedding.index_select(0, rows.ids()).to(at::kFloat);
  const at::Tensor normed = at::empty(residual.sizes(), weights.embedding.options());
  at::Tensor addend;
  for (std::size_t i = 0; i < weights.blocks.size(); ++i) {
    const LlamaBlock& block = weights.blocks[i];
    normalise(block.attention_norm, addend, residual, normed);
    addend = attend(block, static_cast<std::int64_t>(i), normed, rows, chunks, pages);
    normalise(block.feed_forward_norm, addend, residual, normed);
    addend = feed_forward(block, normed);
  }
  const at::Tensor wanted = rows.wanted();
  if (!wanted.defined()) return {};
  return {logits_of(residual.index_select(0, wanted).add_(addend.index_select(0, wanted))),
          std::nullopt};
}

std::vector<LlamaGpu::State::Chunk> LlamaGpu::State::chunks_of(Batch batch) const {
  std::vector<Chunk> chunks;
  std::int64_t first = 0;
  for (const BatchPart& part : batch) {
    const auto rows = static_cast<std::int64_t>(part.tokens.size());
    if (rows > 1) {
      chunks.push_back(
          {first, rows, Slots(part.pages, 0, part.position + rows, weights.device.device)});
    }
    first += rows;
  }
  return chunks;
}

// A few rows by our own product, which reads the head as it is kept; many by libtorch's. Both give
// float32: in bf16 many tokens would be equally good.
at::Tensor LlamaGpu::State::logits_of(const at::Tensor& residual) const {
  constexpr std::int64_t few = 2;
  const std::int64_t rows = residual.size(0);
  const auto norm = norm_of(weights.final_norm);
  if (rows <= few) {
    const at::Tensor logits = at::empty({rows, weights.head.outputs()}, residual.options());
    for (std::int64_t row = 0; row < rows; ++row) {
      kernels::norm_gemv(kStream, matrix_of(weights.head), norm,
                         residual[row].const_data_ptr<float>(), logits[row].data_ptr<float>());
    }
    return logits;
  }
  const at::Tensor normed = at::empty(residual.sizes(), weights.embedding.options());
  normalise(weights.final_norm, {}, residual, normed);
  const at::Tensor weight = plain_weight(weights.head);
  return at::mm(normed, weight.t(), at::kFloat);
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
                                   const at::Tensor& input, const GpuRows& rows,
                                   const std::vector<Chunk>& chunks, const KvPages& pages) {
  const std::int64_t alone = rows.alone();
  const std::int64_t count = rows.rows();
  const at::Tensor qkv = project(block.query_key_value, input)
                             .view({count, weights.heads + 2 * weights.kv_heads, weights.head_dim});
  const at::Tensor out =
      at::empty({count, weights.heads, weights.head_dim}, weights.embedding.options());
  if (alone > 0) attend_alone(layer, rows, qkv, out);
  if (chunks.empty()) return project(block.attention_output, out.view({count, -1}));
  const at::Tensor keys = pages.keys()[layer];
  const at::Tensor values = pages.values()[layer];
  kernels::rope_kv_write_rows(kStream, static_cast<int>(count - alone), shape,
                              tables_of(weights.rope),
                              {bits_to_write(keys), bits_to_write(values), pages.slots(),
                               rows.positions() + alone, rows.places() + alone},
                              bits_to_write(qkv[alone]));
  for (const Chunk& chunk : chunks) {
    const auto seen = [&chunk](const at::Tensor& all) {  // [1, tokens, kv_heads, head_dim]
      return chunk.seen.of(all).transpose(0, 1).unsqueeze(0);
    };
    const at::Tensor queries =
        qkv.narrow(0, chunk.first, chunk.rows).narrow(1, 0, weights.heads).unsqueeze(0);
    const at::Tensor seen_keys = seen(keys);
    // Its causal mask ends with the last query at the last key, as a chunk behind others needs it.
    out.narrow(0, chunk.first, chunk.rows)
        .copy_(std::get<0>(at::_flash_attention_forward(queries, seen_keys, seen(values),
                                                        std::nullopt, std::nullopt, chunk.rows,
                                                        seen_keys.size(1), 0.0, true, false))
                   .squeeze(0));
  }
  return project(block.attention_output, out.view({count, -1}));
}

// The first rows, each a text's only one.
void LlamaGpu::State::attend_alone(std::int64_t layer, const GpuRows& rows, const at::Tensor& qkv,
                                   const at::Tensor& out) {
  const int texts = rows.alone();
  const int splits = kernels::attention_splits(texts, shape.kv_heads);
  const std::int64_t counters = static_cast<std::int64_t>(texts) * shape.kv_heads;
  if (!arrived.defined() || arrived.size(0) < counters) {
    arrived = at::zeros({counters}, out.options().dtype(at::kInt));
  }
  const auto floats = out.options().dtype(at::kFloat);
  const std::int64_t parts = static_cast<std::int64_t>(texts) * shape.heads * splits;
  const at::Tensor sums = at::empty({parts, shape.head_dim}, floats);
  const at::Tensor weighed = at::empty({parts, 2}, floats);
  kernels::attend(kStream, texts, shape, rows.states(), static_cast<int>(layer), bits(qkv),
                  tables_of(weights.rope),
                  {sums.data_ptr<float>(), weighed.data_ptr<float>(),
                   reinterpret_cast<std::uint32_t*>(arrived.data_ptr<std::int32_t>()), splits},
                  bits_to_write(out));
}

at::Tensor LlamaGpu::State::feed_forward(const LlamaBlock& block, const at::Tensor& input) const {
  const at::Tensor gate_up = project(block.gate_up, input);
  const at::Tensor products = at::empty({gate_up.size(0), gate_up.size(1) / 2}, gate_up.options());
  kernels::swiglu_rows(kStream, static_cast<int>(products.size(0)),
                       static_cast<int>(products.size(1)), bits(gate_up), bits_to_write(products));
  return project(block.down, products);
}

}  // namespace seekd::model
