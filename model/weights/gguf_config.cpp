#include <cmath>
#include <limits>
#include <optional>

#include "model/weights/checkpoint_config.h"
#include "model/weights/gguf.h"

namespace seekd::model {
namespace {

// Reads keys below "ARCHITECTURE."; keeps the first error, so that a list of fields reads as one.
class Fields {
 public:
  Fields(const GgufFile& gguf, std::string_view architecture) : gguf_(gguf) {
    prefix_.append(architecture).append(".");
  }

  std::optional<std::uint64_t> count(std::string_view key) {
    return keep(gguf_.find_count(prefix_ + std::string(key)));
  }
  std::optional<double> real(std::string_view key) {
    return keep(gguf_.find_real(prefix_ + std::string(key)));
  }
  std::string_view text(std::string_view key) {
    return keep(gguf_.find_text(prefix_ + std::string(key))).value_or("");
  }
  // An id of the tokenizer; -1: none.
  std::int32_t token_id(std::string_view key) {
    const auto id = keep(gguf_.find_count("tokenizer.ggml." + std::string(key)));
    if (!id || *id > std::numeric_limits<std::int32_t>::max()) return -1;
    return static_cast<std::int32_t>(*id);
  }
  void refuse(ErrorCode code, std::string_view key, std::string_view what) {
    if (!status_) return;
    status_ = fail(code, gguf_.file().path().string() + ": " + prefix_ + std::string(key) + ": " +
                             std::string(what));
  }
  const Status& status() const { return status_; }

 private:
  template <class T>
  std::optional<T> keep(const Result<std::optional<T>>& found) {
    if (found) return *found;
    if (status_) status_ = std::unexpected(found.error());
    return std::nullopt;
  }

  const GgufFile& gguf_;
  std::string prefix_;
  Status status_;
};

void read_sizes(Fields& fields, CheckpointConfig& config) {
  config.layers = fields.count("block_count").value_or(0);
  config.hidden = fields.count("embedding_length").value_or(0);
  config.feed_forward = fields.count("feed_forward_length").value_or(0);
  config.heads = fields.count("attention.head_count").value_or(0);
  config.kv_heads = fields.count("attention.head_count_kv").value_or(config.heads);
  config.context_tokens = fields.count("context_length").value_or(0);
  config.norm_epsilon = fields.real("attention.layer_norm_rms_epsilon").value_or(0);
  const std::size_t even_share = config.heads == 0 ? 0 : config.hidden / config.heads;
  config.head_dim = fields.count("attention.key_length").value_or(even_share);
  if (fields.count("attention.value_length").value_or(config.head_dim) != config.head_dim) {
    fields.refuse(ErrorCode::unsupported, "attention.value_length", "differs from key_length");
  }
  if (fields.count("expert_count").value_or(0) != 0) {
    fields.refuse(ErrorCode::unsupported, "expert_count", "mixtures of experts are not served");
  }
  if (fields.count("attention.sliding_window").value_or(0) != 0) {
    fields.refuse(ErrorCode::unsupported, "attention.sliding_window",
                  "full attention alone is served");
  }
}

// REQUIRES: the sizes are checked.
void read_rope(Fields& fields, CheckpointConfig& config) {
  if (fields.count("rope.dimension_count").value_or(config.head_dim) != config.head_dim) {
    fields.refuse(ErrorCode::unsupported, "rope.dimension_count", "differs from the head size");
  }
  const std::string_view scaling = fields.text("rope.scaling.type");
  if (scaling.empty() || scaling == "none") return;
  const double factor = fields.real("rope.scaling.factor").value_or(0);
  if (scaling != "linear") {
    fields.refuse(ErrorCode::unsupported, "rope.scaling.type",
                  std::string(scaling.substr(0, 40)) + "; none and linear are served");
  } else if (!(factor >= 1 && std::isfinite(factor))) {
    fields.refuse(ErrorCode::corrupt, "rope.scaling.factor", "below 1 or no number");
  } else {
    config.rope_divisors = linear_rope_divisors(config.head_dim, factor);
  }
}

}  // namespace

Result<CheckpointConfig> read_gguf_config(const GgufFile& gguf) {
  const auto architecture = gguf.find_text("general.architecture");
  if (!architecture) return std::unexpected(architecture.error());
  CheckpointConfig config;
  config.architecture = architecture->value_or("");
  if (config.architecture != "llama" && config.architecture != "qwen2") {
    return fail(ErrorCode::unsupported, gguf.file().path().string() + ": architecture '" +
                                            config.architecture.substr(0, 40) +
                                            "'; llama and qwen2 are served");
  }
  const auto tokens = gguf.find_texts("tokenizer.ggml.tokens");
  if (!tokens) return std::unexpected(tokens.error());
  Fields fields(gguf, config.architecture);
  read_sizes(fields, config);
  config.vocabulary = *tokens ? (*tokens)->size() : fields.count("vocab_size").value_or(0);
  config.rope_theta = fields.real("rope.freq_base").value_or(10000.0);
  if (!fields.status()) return std::unexpected(fields.status().error());
  if (auto checked = check_config(config, gguf.file().path().string()); !checked) {
    return std::unexpected(checked.error());
  }
  read_rope(fields, config);
  for (const std::string_view key : {"eos_token_id", "eot_token_id"}) {
    if (const std::int32_t id = fields.token_id(key); id >= 0) config.eos_ids.push_back(id);
  }
  if (!fields.status()) return std::unexpected(fields.status().error());
  return config;
}

}  // namespace seekd::model
