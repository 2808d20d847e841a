#include "model/families/llama.h"

#include <cassert>
#include <string>
#include <utility>

#include <ATen/ATen.h>

#include "model/families/weight_reader.h"

namespace seekd::model {

namespace {

std::int64_t extent(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

Result<RmsNorm> read_norm(const Checkpoint& checkpoint, const std::string& name,
                          const ComputeDevice& device) {
  const CheckpointConfig& config = checkpoint.config();
  const Result<at::Tensor> weight = read_tensor(checkpoint, name, {extent(config.hidden)});
  if (!weight) return std::unexpected(weight.error());
  return RmsNorm(*weight, config.norm_epsilon, device);
}

Result<Linear> read_query_key_value(const Checkpoint& checkpoint, const std::string& attention,
                                    const ComputeDevice& device) {
  const CheckpointConfig& config = checkpoint.config();
  const std::int64_t kv_outputs = extent(config.kv_heads * config.head_dim);
  const Projection projections[] = {
      {attention + "q_proj", extent(config.heads * config.head_dim)},
      {attention + "k_proj", kv_outputs},
      {attention + "v_proj", kv_outputs},
  };
  const Bias bias = config.architecture == "qwen2" ? Bias::required : Bias::none;
  return read_linear(checkpoint, projections, extent(config.hidden), bias, device);
}

}  // namespace

Llama::Llama(const Checkpoint& checkpoint, std::int64_t context_tokens, const ComputeDevice& device)
    : device_(device),
      heads_(extent(checkpoint.config().heads)),
      kv_heads_(extent(checkpoint.config().kv_heads)),
      head_dim_(extent(checkpoint.config().head_dim)),
      rope_(checkpoint.config(), context_tokens, device) {}

Result<Llama> Llama::load(const Checkpoint& checkpoint, std::int64_t context_tokens,
                          const ComputeDevice& device) {
  Llama model(checkpoint, context_tokens, device);
  if (auto ends = model.load_ends(checkpoint); !ends) return std::unexpected(ends.error());
  for (std::size_t layer = 0; layer < checkpoint.config().layers; ++layer) {
    Result<Block> block = load_block(checkpoint, layer, device);
    if (!block) return std::unexpected(block.error());
    model.blocks_.push_back(*std::move(block));
  }
  return model;
}

Status Llama::load_ends(const Checkpoint& checkpoint) {
  const CheckpointConfig& config = checkpoint.config();
  const auto hidden = extent(config.hidden);
  const auto vocabulary = extent(config.vocabulary);
  const auto embedding = read_tensor(checkpoint, "model.embed_tokens.weight", {vocabulary, hidden});
  if (!embedding) return std::unexpected(embedding.error());
  embedding_ = embedding->to(device_.weights).to(device_.device);

  auto norm = read_norm(checkpoint, "model.norm.weight", device_);
  if (!norm) return std::unexpected(norm.error());
  final_norm_ = *std::move(norm);

  if (config.tied_head) {
    head_ = Linear(*embedding, {}, device_);
    return {};
  }
  const Projection head[] = {{"lm_head", vocabulary}};
  auto linear = read_linear(checkpoint, head, hidden, Bias::none, device_);
  if (!linear) return std::unexpected(linear.error());
  head_ = *std::move(linear);
  return {};
}

Result<Llama::Block> Llama::load_block(const Checkpoint& checkpoint, std::size_t layer,
                                       const ComputeDevice& device) {
  const CheckpointConfig& config = checkpoint.config();
  const std::string prefix = "model.layers." + std::to_string(layer) + ".";
  const auto hidden = extent(config.hidden);
  const auto attended = extent(config.heads * config.head_dim);
  const auto width = extent(config.feed_forward);
  const Projection output[] = {{prefix + "self_attn.o_proj", hidden}};
  const Projection gate_up[] = {{prefix + "mlp.gate_proj", width}, {prefix + "mlp.up_proj", width}};
  const Projection down[] = {{prefix + "mlp.down_proj", hidden}};
  const auto linear = [&](std::span<const Projection> projections, std::int64_t inputs) {
    return read_linear(checkpoint, projections, inputs, Bias::none, device);
  };

  auto attention_norm = read_norm(checkpoint, prefix + "input_layernorm.weight", device);
  if (!attention_norm) return std::unexpected(attention_norm.error());
  auto query_key_value = read_query_key_value(checkpoint, prefix + "self_attn.", device);
  if (!query_key_value) return std::unexpected(query_key_value.error());
  auto attention_output = linear(output, attended);
  if (!attention_output) return std::unexpected(attention_output.error());
  auto feed_forward_norm =
      read_norm(checkpoint, prefix + "post_attention_layernorm.weight", device);
  if (!feed_forward_norm) return std::unexpected(feed_forward_norm.error());
  auto gates = linear(gate_up, hidden);
  if (!gates) return std::unexpected(gates.error());
  auto down_linear = linear(down, width);
  if (!down_linear) return std::unexpected(down_linear.error());
  return Block{*attention_norm,    *query_key_value, *attention_output,
               *feed_forward_norm, *gates,           *down_linear};
}

KvCache Llama::new_cache(std::int64_t tokens) const {
  return KvCache({extent(blocks_.size()), kv_heads_, head_dim_, tokens}, device_);
}

at::Tensor Llama::forward(std::span<const TokenId> tokens, KvCache& cache) const {
  assert(!tokens.empty());
  const auto rows = extent(tokens.size());
  const at::Tensor ids =
      at::tensor(at::ArrayRef<TokenId>(tokens.data(), tokens.size())).to(device_.device);
  const at::Tensor mask = causal_mask(rows, cache.length(), heads_ / kv_heads_, device_);
  // The residual stream: each block adds a little to it, so its rounding would add up.
  at::Tensor stream = embedding_.index_select(0, ids).to(at::kFloat);
  for (std::size_t layer = 0; layer < blocks_.size(); ++layer) {
    const Block& block = blocks_[layer];
    stream = stream + attention(block, extent(layer), block.attention_norm(stream), mask, cache);
    stream = stream + feed_forward(block, block.feed_forward_norm(stream));
  }
  cache.advance(rows);
  const at::Tensor last = final_norm_(stream.narrow(0, rows - 1, 1));
  return head_(last).squeeze(0).to(at::kFloat);
}

at::Tensor Llama::attention(const Block& block, std::int64_t layer, const at::Tensor& input,
                            const at::Tensor& mask, KvCache& cache) const {
  const at::Tensor projected =
      block.query_key_value(input).view({input.size(0), heads_ + 2 * kv_heads_, head_dim_});
  // Queries and keys are rotated alike, so in one go.
  const at::Tensor rotated = rope_(projected.narrow(1, 0, heads_ + kv_heads_), cache.length());
  const KvCache::View cached = cache.append(layer, rotated.narrow(1, heads_, kv_heads_),
                                            projected.narrow(1, heads_ + kv_heads_, kv_heads_));
  return block.attention_output(attend(rotated.narrow(1, 0, heads_), cached, mask));
}

at::Tensor Llama::feed_forward(const Block& block, const at::Tensor& input) const {
  const at::Tensor gate_up = block.gate_up(input);
  const std::int64_t width = gate_up.size(1) / 2;
  return block.down(at::silu(gate_up.narrow(1, 0, width)).mul_(gate_up.narrow(1, width, width)));
}

}  // namespace seekd::model
