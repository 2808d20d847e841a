#include "model/families/bert.h"

#include <cassert>
#include <utility>

#include <ATen/ATen.h>

#include "model/families/weight_reader.h"

namespace seekd::model {

namespace {

std::int64_t extent(std::size_t size) {
  return static_cast<std::int64_t>(size);
}

Result<Linear> read_one(const Checkpoint& checkpoint, const std::string& name, std::size_t outputs,
                        std::size_t inputs, const ComputeDevice& device) {
  const Projection projection[] = {{name, extent(outputs)}};
  return read_linear(checkpoint, projection, extent(inputs), Bias::required, device);
}

}  // namespace

Bert::Bert(const EncoderConfig& config, const ComputeDevice& device)
    : config_(config), device_(device) {}

Result<Bert> Bert::load(const Checkpoint& checkpoint, const EncoderConfig& config, Head head,
                        const ComputeDevice& device) {
  Bert model(config, device);
  const std::string name = config.family == EncoderFamily::bert ? "bert." : "roberta.";
  const bool prefixed = checkpoint.find(name + "embeddings.word_embeddings.weight") != nullptr;
  const std::string prefix = prefixed ? name : "";
  if (auto read = model.load_embeddings(checkpoint, prefix + "embeddings."); !read) {
    return std::unexpected(read.error());
  }
  for (std::size_t layer = 0; layer < config.layers; ++layer) {
    auto block =
        model.load_block(checkpoint, prefix + "encoder.layer." + std::to_string(layer) + ".");
    if (!block) return std::unexpected(block.error());
    model.blocks_.push_back(*std::move(block));
  }
  if (head == Head::none) return model;
  if (auto read = model.load_head(checkpoint, prefix); !read) {
    return std::unexpected(read.error());
  }
  return model;
}

// BERT's pooler belongs to the encoder, RoBERTa's to the classifier.
Status Bert::load_head(const Checkpoint& checkpoint, const std::string& prefix) {
  const bool bert = config_.family == EncoderFamily::bert;
  auto pooler = read_one(checkpoint, bert ? prefix + "pooler.dense" : "classifier.dense",
                         config_.hidden, config_.hidden, device_);
  if (!pooler) return std::unexpected(pooler.error());
  auto scoring =
      read_one(checkpoint, bert ? "classifier" : "classifier.out_proj", 1, config_.hidden, device_);
  if (!scoring) return std::unexpected(scoring.error());
  pooler_ = *std::move(pooler);
  scoring_ = *std::move(scoring);
  return {};
}

Status Bert::load_embeddings(const Checkpoint& checkpoint, const std::string& prefix) {
  const std::int64_t hidden = extent(config_.hidden);
  const auto words = read_tensor(checkpoint, prefix + "word_embeddings.weight",
                                 {extent(config_.vocabulary), hidden});
  if (!words) return std::unexpected(words.error());
  const auto positions = read_tensor(checkpoint, prefix + "position_embeddings.weight",
                                     {extent(config_.position_first + config_.positions), hidden});
  if (!positions) return std::unexpected(positions.error());
  const auto types = read_tensor(checkpoint, prefix + "token_type_embeddings.weight",
                                 {extent(config_.token_types), hidden});
  if (!types) return std::unexpected(types.error());
  auto norm = load_norm(checkpoint, prefix + "LayerNorm");
  if (!norm) return std::unexpected(norm.error());
  words_ = words->to(device_.weights).to(device_.device);
  const at::Tensor used =
      positions->narrow(0, extent(config_.position_first), extent(config_.positions));
  positions_ = (used + types->narrow(0, 0, 1)).to(device_.device);
  if (config_.token_types > 1) {
    second_type_ = (types->select(0, 1) - types->select(0, 0)).to(device_.device);
  }
  embedding_norm_ = *std::move(norm);
  return {};
}

Result<Bert::Norm> Bert::load_norm(const Checkpoint& checkpoint, const std::string& name) const {
  const auto weight = read_tensor(checkpoint, name + ".weight", {extent(config_.hidden)});
  if (!weight) return std::unexpected(weight.error());
  const auto bias = read_tensor(checkpoint, name + ".bias", {extent(config_.hidden)});
  if (!bias) return std::unexpected(bias.error());
  return Norm{weight->to(device_.device), bias->to(device_.device)};
}

Result<Bert::Block> Bert::load_block(const Checkpoint& checkpoint,
                                     const std::string& prefix) const {
  const std::int64_t hidden = extent(config_.hidden);
  const std::string attention = prefix + "attention.self.";
  const Projection query_key_value[] = {
      {attention + "query", hidden}, {attention + "key", hidden}, {attention + "value", hidden}};
  auto projected = read_linear(checkpoint, query_key_value, hidden, Bias::required, device_);
  if (!projected) return std::unexpected(projected.error());
  auto output = read_one(checkpoint, prefix + "attention.output.dense", config_.hidden,
                         config_.hidden, device_);
  if (!output) return std::unexpected(output.error());
  auto attention_norm = load_norm(checkpoint, prefix + "attention.output.LayerNorm");
  if (!attention_norm) return std::unexpected(attention_norm.error());
  auto widen = read_one(checkpoint, prefix + "intermediate.dense", config_.feed_forward,
                        config_.hidden, device_);
  if (!widen) return std::unexpected(widen.error());
  auto narrow =
      read_one(checkpoint, prefix + "output.dense", config_.hidden, config_.feed_forward, device_);
  if (!narrow) return std::unexpected(narrow.error());
  auto output_norm = load_norm(checkpoint, prefix + "output.LayerNorm");
  if (!output_norm) return std::unexpected(output_norm.error());
  return Block{*projected, *output, *attention_norm, *widen, *narrow, *output_norm};
}

void Bert::append(std::span<const TokenId> text, Batch& batch) {
  const std::int64_t tokens = extent(text.size());
  const std::int64_t row = extent(batch.ids.size());
  if (batch.groups.empty() || batch.groups.back().tokens != tokens) {
    batch.groups.push_back({row, 0, tokens});
  }
  ++batch.groups.back().texts;
  batch.ids.insert(batch.ids.end(), text.begin(), text.end());
  for (std::size_t i = 0; i < text.size(); ++i) {
    batch.positions.push_back(static_cast<std::int32_t>(i));
  }
}

at::Tensor Bert::forward(std::span<const std::vector<TokenId>> texts) const {
  Batch batch;
  for (const std::vector<TokenId>& text : texts) {
    assert(!text.empty() && text.size() <= config_.positions);
    append(text, batch);
  }
  const at::Tensor vectors = pool(encode(batch), batch.groups);
  return vectors / vectors.norm(2, 1, true).clamp_min(1e-12);
}

at::Tensor Bert::score(std::span<const TokenPair> pairs) const {
  assert(pooler_ && scoring_);
  Batch batch;
  std::vector<std::int64_t> firsts;  // rows of "[CLS]"
  for (const TokenPair& pair : pairs) {
    assert(!pair.ids.empty() && pair.ids.size() <= config_.positions);
    const std::size_t row = batch.ids.size();
    firsts.push_back(extent(row));
    append(pair.ids, batch);
    for (std::size_t i = pair.second; i < pair.ids.size(); ++i) {
      batch.seconds.push_back(extent(row + i));
    }
  }
  const at::Tensor states = encode(batch).index_select(0, at::tensor(firsts).to(device_.device));
  return (*scoring_)(at::tanh((*pooler_)(states))).select(1, 0);
}

at::Tensor Bert::encode(const Batch& batch) const {
  at::Tensor rows = embed(batch);
  for (const Block& block : blocks_) rows = run(block, rows, batch.groups);
  return rows;
}

at::Tensor Bert::embed(const Batch& batch) const {
  const at::Tensor words = words_.index_select(0, at::tensor(batch.ids).to(device_.device));
  const at::Tensor places =
      positions_.index_select(0, at::tensor(batch.positions).to(device_.device));
  at::Tensor rows = words.to(at::kFloat) + places;
  if (second_type_.defined() && !batch.seconds.empty()) {
    const at::Tensor seconds = at::tensor(batch.seconds).to(device_.device);
    rows.index_put_({seconds}, rows.index_select(0, seconds) + second_type_);
  }
  return normalize(embedding_norm_, rows);
}

// Norms stand after the sums, as BERT was trained.
at::Tensor Bert::run(const Block& block, const at::Tensor& rows,
                     std::span<const Group> groups) const {
  const at::Tensor attended = block.attention_output(attend(block.query_key_value(rows), groups));
  const at::Tensor middle = normalize(block.attention_norm, rows + attended);
  const at::Tensor fed = block.narrow(at::gelu(block.widen(middle)));
  return normalize(block.output_norm, middle + fed);
}

// Each token sees all of its text and nothing else. No padding: texts of one length are one call.
at::Tensor Bert::attend(const at::Tensor& projected, std::span<const Group> groups) const {
  const std::int64_t hidden = extent(config_.hidden);
  const std::int64_t heads = extent(config_.heads);
  at::Tensor output = at::empty({projected.size(0), hidden}, projected.options());
  for (const Group& group : groups) {
    const std::int64_t count = group.texts * group.tokens;
    const auto parts = projected.narrow(0, group.row, count)
                           .view({group.texts, group.tokens, 3, heads, hidden / heads})
                           .permute({2, 0, 3, 1, 4});
    const at::Tensor attended = at::scaled_dot_product_attention(
        parts.select(0, 0), parts.select(0, 1), parts.select(0, 2));
    output.narrow(0, group.row, count).copy_(attended.transpose(1, 2).reshape({count, hidden}));
  }
  return output;
}

at::Tensor Bert::normalize(const Norm& norm, const at::Tensor& rows) const {
  return at::layer_norm(rows, {rows.size(1)}, norm.weight, norm.bias, config_.norm_epsilon);
}

at::Tensor Bert::pool(const at::Tensor& rows, std::span<const Group> groups) const {
  std::vector<at::Tensor> pooled;
  for (const Group& group : groups) {
    const at::Tensor tokens = rows.narrow(0, group.row, group.texts * group.tokens)
                                  .view({group.texts, group.tokens, rows.size(1)});
    pooled.push_back(config_.pooling == Pooling::mean ? tokens.mean(1) : tokens.select(1, 0));
  }
  return at::cat(pooled);
}

}  // namespace seekd::model
