#include "model/families/llama.h"

#include <cassert>
#include <string>
#include <utility>
#include <vector>

#include <ATen/ATen.h>

#include "model/kernels/processor_attention.h"

namespace seekd::model {

Result<Llama> Llama::create(LlamaWeights weights, Kernels kernels, int threads) {
  Llama model(std::make_unique<LlamaWeights>(std::move(weights)));
  if (!model.weights_->head.kept().empty()) {
    if (static_cast<std::size_t>(model.weights_->head_dim) % head_dim_unit != 0) {
      return fail(ErrorCode::unsupported,
                  "seekd's own kernels do not serve attention heads of " +
                      std::to_string(model.weights_->head_dim) +
                      " numbers, which do not divide by 16: set model.quantization = \"none\"");
    }
    model.cpu_ = std::make_unique<LlamaCpu>(*model.weights_, threads);
    return model;
  }
  if (kernels == Kernels::libtorch) return model;
  auto gpu = LlamaGpu::create(*model.weights_);
  if (gpu) {
    model.gpu_ = *std::move(gpu);
  } else if (gpu.error().code != ErrorCode::unsupported) {
    return std::unexpected(gpu.error());
  }
  return model;
}

KvPages Llama::new_pages(std::size_t pages) const {
  return KvPages({static_cast<std::int64_t>(weights_->blocks.size()), weights_->kv_heads,
                  weights_->head_dim, static_cast<std::int64_t>(pages)},
                 weights_->device);
}

// A batch on its way through the blocks, by libtorch alone.
class Llama::Step {
 public:
  Step(const LlamaWeights& weights, Batch batch, KvPages& pages);

  at::Tensor embedded() const;
  at::Tensor attention(const LlamaBlock& block, std::int64_t layer, const at::Tensor& input) const;
  // Of all rows those whose logits are wanted; undefined where none is.
  at::Tensor wanted(const at::Tensor& rows) const;

 private:
  struct Part {
    std::int64_t first = 0;  // row
    std::int64_t rows = 0;
    Slots own;   // of its tokens
    Slots seen;  // of them and of those before them
    at::Tensor mask;
  };

  const LlamaWeights& weights_;
  KvPages& pages_;
  std::vector<Part> parts_;
  at::Tensor ids_;  // [rows]
  Rotations rotations_;
  std::vector<std::int64_t> wanted_;
};

Llama::Step::Step(const LlamaWeights& weights, Batch batch, KvPages& pages)
    : weights_(weights), pages_(pages) {
  const at::Device device = weights.device.device;
  const std::int64_t group = weights.heads / weights.kv_heads;
  std::vector<TokenId> ids;
  std::vector<std::int64_t> positions;
  for (const BatchPart& part : batch) {
    const auto first = static_cast<std::int64_t>(ids.size());
    assert(part.logits <= part.tokens.size());
    const auto rows = static_cast<std::int64_t>(part.tokens.size());
    parts_.push_back({first, rows, Slots(part.pages, part.position, rows, device),
                      Slots(part.pages, 0, part.position + rows, device),
                      causal_mask(rows, part.position, group, weights.device)});
    ids.insert(ids.end(), part.tokens.begin(), part.tokens.end());
    for (std::int64_t row = 0; row < rows; ++row) positions.push_back(part.position + row);
    const auto wanted = static_cast<std::int64_t>(part.logits);
    for (std::int64_t row = rows - wanted; row < rows; ++row) wanted_.push_back(first + row);
  }
  ids_ = at::tensor(ids).to(device);
  rotations_ = weights.rope.at(at::tensor(positions, at::kLong).to(device));
}

// The residual stream: each block adds a little to it, so its rounding would add up.
at::Tensor Llama::Step::embedded() const {
  return weights_.embedding.index_select(0, ids_).to(at::kFloat);
}

at::Tensor Llama::Step::attention(const LlamaBlock& block, std::int64_t layer,
                                  const at::Tensor& input) const {
  const at::Tensor projected = block.query_key_value(input).view(
      {input.size(0), weights_.heads + 2 * weights_.kv_heads, weights_.head_dim});
  // Queries and keys are rotated alike, so in one go.
  const at::Tensor rotated = rotations_(projected.narrow(1, 0, weights_.heads + weights_.kv_heads));
  const at::Tensor queries = rotated.narrow(1, 0, weights_.heads);
  const at::Tensor keys = rotated.narrow(1, weights_.heads, weights_.kv_heads).transpose(0, 1);
  const at::Tensor values =
      projected.narrow(1, weights_.heads + weights_.kv_heads, weights_.kv_heads).transpose(0, 1);
  std::vector<at::Tensor> attended;
  for (const Part& part : parts_) {
    part.own.write(keys.narrow(1, part.first, part.rows), pages_.keys()[layer]);
    part.own.write(values.narrow(1, part.first, part.rows), pages_.values()[layer]);
    attended.push_back(attend(queries.narrow(0, part.first, part.rows),
                              part.seen.of(pages_.keys()[layer]),
                              part.seen.of(pages_.values()[layer]), part.mask));
  }
  return block.attention_output(attended.size() == 1 ? attended.front() : at::cat(attended));
}

at::Tensor Llama::Step::wanted(const at::Tensor& rows) const {
  if (wanted_.empty()) return {};
  return rows.index_select(0, at::tensor(wanted_, at::kLong).to(rows.device()));
}

at::Tensor Llama::forward(Batch batch, KvPages& pages) const {
  assert(!batch.empty());
  if (gpu_) return gpu_->forward(batch, pages);
  if (cpu_) return cpu_->forward(batch, pages);
  const Step step(*weights_, batch, pages);
  at::Tensor stream = step.embedded();
  for (std::size_t layer = 0; layer < weights_->blocks.size(); ++layer) {
    const LlamaBlock& block = weights_->blocks[layer];
    stream = stream +
             step.attention(block, static_cast<std::int64_t>(layer), block.attention_norm(stream));
    stream = stream + feed_forward(block, block.feed_forward_norm(stream));
  }
  const at::Tensor last = step.wanted(stream);
  if (!last.defined()) return {};
  return weights_->head(weights_->final_norm(last)).to(at::kFloat);
}

void Llama::begin(Batch batch, std::span<const Draw> draws, KvPages& pages) const {
  if (gpu_) return gpu_->begin(batch, draws, pages);
  const at::Tensor logits = forward(batch, pages);
  drawn_.clear();
  if (!draws.empty()) drawn_ = sample_tokens(logits, draws);
}

std::vector<Result<DrawnToken>> Llama::finish() const {
  if (gpu_) return gpu_->finish();
  return std::move(drawn_);
}

Status Llama::abandon() const {
  drawn_.clear();
  if (auto answers = revive(weights_->device); !answers) return answers;
  if (gpu_) gpu_->abandon();
  return {};
}

at::Tensor Llama::feed_forward(const LlamaBlock& block, const at::Tensor& input) const {
  const at::Tensor gate_up = block.gate_up(input);
  const std::int64_t width = gate_up.size(1) / 2;
  return block.down(at::silu(gate_up.narrow(1, 0, width)).mul_(gate_up.narrow(1, width, width)));
}

}  // namespace seekd::model
