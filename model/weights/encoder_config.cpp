#include "model/weights/encoder_config.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>

#include "model/text/json_reader.h"
#include "model/weights/input_file.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = 1U << 20;
constexpr std::size_t kTokensMin = 3;  // "[CLS]", a token, "[SEP]"

struct Bound {
  std::string_view field;
  std::size_t EncoderConfig::* member;
  std::size_t least;
  std::size_t most;
};

constexpr Bound kSizes[] = {
    {"num_hidden_layers", &EncoderConfig::layers, 1, 256},
    {"hidden_size", &EncoderConfig::hidden, 1, 1 << 14},
    {"intermediate_size", &EncoderConfig::feed_forward, 1, 1 << 16},
    {"num_attention_heads", &EncoderConfig::heads, 1, 1 << 10},
    {"vocab_size", &EncoderConfig::vocabulary, 1, 1 << 22},
    {"max_position_embeddings", &EncoderConfig::positions, kTokensMin, 1 << 16},
    {"type_vocab_size", &EncoderConfig::token_types, 1, 1 << 10},
};

Result<json::object> read_object(const std::filesystem::path& path) {
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text) return std::unexpected(text.error());
  return JsonReader(path.native()).parse(*text, {});
}

// nullopt where there is no such file: sentence-transformers' are not in every folder.
Result<std::optional<std::string>> read_optional(const std::filesystem::path& path) {
  auto text = read_text_file(path, kFileBytesMax);
  if (text) return std::move(*text);
  if (text.error().code == ErrorCode::not_found) return std::nullopt;
  return std::unexpected(text.error());
}

Status read_architecture(const JsonReader& reader, const json::object& config,
                         EncoderConfig& encoder) {
  const std::string_view type = find_text(config, "model_type");
  if (type != "bert" && type != "xlm-roberta") {
    return reader.unsupported("model_type", "'" + std::string(type.substr(0, 40)) +
                                                "' (those of the types bert and xlm-roberta are: "
                                                "MiniLM, BGE, E5 and others of their kind)");
  }
  encoder.family = type == "bert" ? EncoderFamily::bert : EncoderFamily::roberta;
  if (find_text(config, "hidden_act") != "gelu") {
    return reader.unsupported("hidden_act", "another than gelu");
  }
  const std::string_view positions = find_text(config, "position_embedding_type");
  if (!positions.empty() && positions != "absolute") {
    return reader.unsupported("position_embedding_type", "another than absolute");
  }
  if (find_flag(config, "is_decoder", false)) return reader.unsupported("is_decoder", "a decoder");
  return {};
}

// RoBERTa's kind counts from behind the row of the padding, which has none before it.
Status read_position_first(const JsonReader& reader, const json::object& config,
                           EncoderConfig& encoder) {
  if (encoder.family == EncoderFamily::bert) return {};
  const auto* padding = config.if_contains("pad_token_id");
  const auto* id = padding == nullptr ? nullptr : padding->if_int64();
  if (id == nullptr || *id < 0 ||
      static_cast<std::uint64_t>(*id) + 1 + kTokensMin > encoder.positions) {
    return reader.corrupt("pad_token_id", "is no row of the position embedding with some behind");
  }
  encoder.position_first = static_cast<std::size_t>(*id) + 1;
  encoder.positions -= encoder.position_first;
  return {};
}

Status read_sizes(const JsonReader& reader, const json::object& config, EncoderConfig& encoder) {
  for (const Bound& bound : kSizes) {
    const auto* value = config.if_contains(bound.field);
    boost::system::error_code error;
    const auto size = value == nullptr ? 0 : value->to_number<std::size_t>(error);
    if (error || size < bound.least || size > bound.most) {
      return reader.corrupt(bound.field, "is no number from " + std::to_string(bound.least) +
                                             " to " + std::to_string(bound.most));
    }
    encoder.*bound.member = size;
  }
  if (encoder.hidden % encoder.heads != 0) {
    return reader.corrupt("num_attention_heads", "does not divide hidden_size");
  }
  if (auto read = read_position_first(reader, config, encoder); !read) return read;
  const auto* epsilon = config.if_contains("layer_norm_eps");
  if (epsilon == nullptr) return {};
  boost::system::error_code error;
  encoder.norm_epsilon = epsilon->to_number<double>(error);
  if (error || !(encoder.norm_epsilon > 0 && encoder.norm_epsilon < 1)) {
    return reader.corrupt("layer_norm_eps", "is not between 0 and 1");
  }
  return {};
}

// How many tokens the model was trained to embed; it has positions for more.
Status read_tokens_max(const std::filesystem::path& path, EncoderConfig& encoder) {
  encoder.tokens_max = encoder.positions;
  const auto text = read_optional(path);
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  const JsonReader reader(path.native());
  const auto config = reader.parse(**text, {});
  if (!config) return std::unexpected(config.error());
  const auto* value = config->if_contains("max_seq_length");
  if (value == nullptr || value->is_null()) return {};
  boost::system::error_code error;
  const auto tokens = value->to_number<std::size_t>(error);
  if (error || tokens < kTokensMin) {
    return reader.corrupt("max_seq_length", "is no number from " + std::to_string(kTokensMin));
  }
  encoder.tokens_max = std::min(tokens, encoder.positions);
  return {};
}

// The modes that are on; a folder without the file pools by the mean, as sentence-transformers do.
Status read_pooling(const std::filesystem::path& path, EncoderConfig& encoder) {
  const auto text = read_optional(path);
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  const JsonReader reader(path.native());
  const auto config = reader.parse(**text, {});
  if (!config) return std::unexpected(config.error());
  const bool mean = find_flag(*config, "pooling_mode_mean_tokens", false);
  const bool first = find_flag(*config, "pooling_mode_cls_token", false);
  for (const auto& [name, value] : *config) {
    const bool served = name == "pooling_mode_mean_tokens" || name == "pooling_mode_cls_token";
    if (name.starts_with("pooling_mode_") && !served && value.is_bool() && value.get_bool()) {
      return reader.unsupported(name, "this pooling");
    }
  }
  if (mean == first) return reader.unsupported("pooling_mode", "none, or two at once");
  encoder.pooling = first ? Pooling::first_token : Pooling::mean;
  return {};
}

// What sentence-transformers run one after another; the length is always normalised here.
Status check_modules(const std::filesystem::path& path) {
  const auto text = read_optional(path);
  if (!text) return std::unexpected(text.error());
  if (!*text) return {};
  const JsonReader reader(path.native());
  const auto modules = reader.parse("{\"modules\":" + **text + "}", {});
  if (!modules) return std::unexpected(modules.error());
  const auto* list = find_array(*modules, "modules");
  if (list == nullptr) return reader.corrupt("file", "no list");
  for (const json::value& module : *list) {
    const std::string_view type =
        module.is_object() ? find_text(module.get_object(), "type") : std::string_view();
    const std::string_view name = type.substr(type.rfind('.') + 1);
    if (name != "Transformer" && name != "Pooling" && name != "Normalize") {
      return reader.unsupported("type", "'" + std::string(name.substr(0, 40)) + "'");
    }
  }
  return {};
}

}  // namespace

Result<EncoderConfig> read_encoder_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const auto config = read_object(path);
  if (!config) return std::unexpected(config.error());
  EncoderConfig encoder;
  const JsonReader reader(path.native());
  Status read = read_architecture(reader, *config, encoder);
  if (read) read = read_sizes(reader, *config, encoder);
  if (read) read = read_tokens_max(folder / "sentence_bert_config.json", encoder);
  if (read) read = read_pooling(folder / "1_Pooling/config.json", encoder);
  if (read) read = check_modules(folder / "modules.json");
  if (!read) return std::unexpected(read.error());
  return encoder;
}

}  // namespace seekd::model
