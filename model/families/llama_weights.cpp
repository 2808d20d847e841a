#include "model/families/llama_weights.h"

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

Status read_ends(const Checkpoint& checkpoint, LlamaWeights& weights) {
  const CheckpointConfig& config = checkpoint.config();
  const auto hidden = extent(config.hidden);
  const auto vocabulary = extent(config.vocabulary);
  const auto embedding = read_tensor(checkpoint, "model.embed_tokens.weight", {vocabulary, hidden});
  if (!embedding) return std::unexpected(embedding.error());
  weights.embedding = embedding->to(weights.device.weights).to(weights.device.device);

  auto norm = read_norm(checkpoint, "model.norm.weight", weights.device);
  if (!norm) return std::unexpected(norm.error());
  weights.final_norm = *std::move(norm);

  if (config.tied_head) {
    weights.head = Linear(*embedding, {}, weights.device);
    return {};
  }
  const Projection head[] = {{"lm_head", vocabulary}};
  auto linear = read_linear(checkpoint, head, hidden, Bias::none, weights.device);
  if (!linear) return std::unexpected(linear.error());
  weights.head = *std::move(linear);
  return {};
}

Result<LlamaBlock> read_block(const Checkpoint& checkpoint, std::size_t layer,
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
  return LlamaBlock{*attention_norm,    *query_key_value, *attention_output,
                    *feed_forward_norm, *gates,           *down_linear};
}

Status check_blocks(const CheckpointConfig& config, const ComputeDevice& device) {
  if (device.projections == config::Quantization::none) return {};
  for (const std::size_t width :
       {config.hidden, config.heads * config.head_dim, config.feed_forward}) {
    if (width % QuantizedWeight::block == 0) continue;
    return fail(ErrorCode::unsupported,
                "the model has projections of " + std::to_string(width) +
                    " inputs, which do not divide into the blocks of 32 that weights are quantised "
                    "in: set model.quantization = \"none\"");
  }
  return {};
}

}  // namespace

Result<LlamaWeights> LlamaWeights::load(const Checkpoint& checkpoint, std::int64_t context_tokens,
                                        const ComputeDevice& device) {
  const CheckpointConfig& config = checkpoint.config();
  if (auto divides = check_blocks(config, device); !divides)
    return std::unexpected(divides.error());
  LlamaWeights weights;
  weights.device = device;
  weights.heads = extent(config.heads);
  weights.kv_heads = extent(config.kv_heads);
  weights.head_dim = extent(config.head_dim);
  if (auto ends = read_ends(checkpoint, weights); !ends) return std::unexpected(ends.error());
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    Result<LlamaBlock> block = read_block(checkpoint, layer, device);
    if (!block) return std::unexpected(block.error());
    weights.blocks.push_back(*std::move(block));
  }
  // Now that head_dim is known to be the tensors' own: it sizes these tables.
  weights.rope = Rope(config, context_tokens, device);
  return weights;
}

}  // namespace seekd::model
