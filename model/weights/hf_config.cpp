#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>

#include <boost/json.hpp>

#include "model/weights/checkpoint_config.h"
#include "model/weights/input_file.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::uint64_t kFileBytesMax = 4U << 20;

std::unexpected<Error> refuse(ErrorCode code, const std::filesystem::path& path,
                              std::string_view what) {
  return fail(code, path.string() + ": " + std::string(what));
}

Result<json::object> read_object(const std::filesystem::path& path) {
  const auto text = read_text_file(path, kFileBytesMax);
  if (!text) return std::unexpected(text.error());
  boost::system::error_code error;
  json::value parsed = json::parse(*text, error);
  if (error) return refuse(ErrorCode::corrupt, path, "no JSON: " + error.message());
  if (!parsed.is_object()) return refuse(ErrorCode::corrupt, path, "no JSON object");
  return std::move(parsed.get_object());
}

const json::value* find(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

// A count that is missing, negative or no number is 0, which no size may be: check_config names the
// field.
std::size_t count(const json::object& object, std::string_view key, std::size_t absent = 0) {
  const json::value* value = find(object, key);
  if (value == nullptr) return absent;
  boost::system::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  return error ? 0 : number;
}

double real(const json::object& object, std::string_view key, double absent) {
  const json::value* value = find(object, key);
  if (value == nullptr) return absent;
  boost::system::error_code error;
  const auto number = value->to_number<double>(error);
  return error ? std::numeric_limits<double>::quiet_NaN() : number;
}

bool flag(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  return value != nullptr && value->is_bool() && value->get_bool();
}

std::string_view text(const json::object& object, std::string_view key) {
  const json::value* value = find(object, key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
}

// One id or a list of them; what is no id is passed over.
std::vector<std::int32_t> token_ids(const json::object& object, std::string_view key) {
  std::vector<std::int32_t> ids;
  const auto add = [&ids](const json::value& value) {
    const auto* id = value.if_int64();
    if (id != nullptr && *id >= 0 && *id <= std::numeric_limits<std::int32_t>::max()) {
      ids.push_back(static_cast<std::int32_t>(*id));
    }
  };
  const json::value* value = find(object, key);
  if (value == nullptr) return ids;
  if (!value->is_array()) add(*value);
  if (value->is_array()) std::ranges::for_each(value->get_array(), add);
  return ids;
}

void add_end_ids(const json::object& object, CheckpointConfig& config) {
  for (const std::int32_t id : token_ids(object, "eos_token_id")) {
    if (std::ranges::find(config.eos_ids, id) == config.eos_ids.end()) config.eos_ids.push_back(id);
  }
}

void read_sizes(const json::object& object, CheckpointConfig& config) {
  config.layers = count(object, "num_hidden_layers");
  config.hidden = count(object, "hidden_size");
  config.feed_forward = count(object, "intermediate_size");
  config.heads = count(object, "num_attention_heads");
  config.kv_heads = count(object, "num_key_value_heads", config.heads);
  const std::size_t even_share = config.heads == 0 ? 0 : config.hidden / config.heads;
  config.head_dim = count(object, "head_dim", even_share);
  config.vocabulary = count(object, "vocab_size");
  config.context_tokens = count(object, "max_position_embeddings");
  config.norm_epsilon = real(object, "rms_norm_eps", 1e-6);
  config.tied_head = flag(object, "tie_word_embeddings");
}

Status check_served(const std::filesystem::path& path, const json::object& object,
                    const CheckpointConfig& config) {
  if (config.architecture != "llama" && config.architecture != "qwen2") {
    return refuse(
        ErrorCode::unsupported, path,
        "model_type '" + config.architecture.substr(0, 40) + "'; llama and qwen2 are served");
  }
  if (const auto act = text(object, "hidden_act"); !act.empty() && act != "silu") {
    return refuse(ErrorCode::unsupported, path, "hidden_act is not silu");
  }
  for (const std::string_view key : {"attention_bias", "mlp_bias", "use_sliding_window"}) {
    if (flag(object, key)) {
      return refuse(ErrorCode::unsupported, path, std::string(key) + " is not served");
    }
  }
  return {};
}

Status read_scaling(const std::filesystem::path& path, const json::object& scaling,
                    CheckpointConfig& config) {
  std::string_view type = text(scaling, "rope_type");
  if (type.empty()) type = text(scaling, "type");
  if (type.empty() || type == "default") return {};
  const Llama3Rope rope{real(scaling, "factor", 0), real(scaling, "low_freq_factor", 1),
                        real(scaling, "high_freq_factor", 4),
                        real(scaling, "original_max_position_embeddings", 8192)};
  if (type != "linear" && type != "llama3") {
    return refuse(
        ErrorCode::unsupported, path,
        "RoPE scaling '" + std::string(type.substr(0, 40)) + "'; linear and llama3 are served");
  }
  const bool sound = rope.factor >= 1 && rope.low_frequency_factor > 0 &&
                     rope.high_frequency_factor > rope.low_frequency_factor &&
                     rope.original_context >= 1 && std::isfinite(rope.factor) &&
                     std::isfinite(rope.high_frequency_factor);
  if (!sound) return refuse(ErrorCode::corrupt, path, "RoPE scaling factors that cannot be");
  config.rope_divisors = type == "linear"
                             ? linear_rope_divisors(config.head_dim, rope.factor)
                             : llama3_rope_divisors(config.head_dim, config.rope_theta, rope);
  return {};
}

// transformers 5 writes rope_parameters, theta included; earlier releases wrote rope_theta and
// rope_scaling.
Status read_rope(const std::filesystem::path& path, const json::object& object,
                 CheckpointConfig& config) {
  config.rope_theta = real(object, "rope_theta", 10000.0);
  const json::value* scaling = find(object, "rope_parameters");
  if (scaling == nullptr) scaling = find(object, "rope_scaling");
  const json::object none;
  if (scaling != nullptr && !scaling->is_object()) {
    return refuse(ErrorCode::corrupt, path, "the RoPE parameters are no JSON object");
  }
  const json::object& parameters = scaling == nullptr ? none : scaling->get_object();
  config.rope_theta = real(parameters, "rope_theta", config.rope_theta);
  if (auto checked = check_config(config, path.string()); !checked) return checked;
  return read_scaling(path, parameters, config);
}

}  // namespace

Result<CheckpointConfig> read_hf_config(const std::filesystem::path& folder) {
  const std::filesystem::path path = folder / "config.json";
  const auto object = read_object(path);
  if (!object) return std::unexpected(object.error());
  CheckpointConfig config;
  config.architecture = text(*object, "model_type");
  if (auto served = check_served(path, *object, config); !served) {
    return std::unexpected(served.error());
  }
  read_sizes(*object, config);
  if (auto rope = read_rope(path, *object, config); !rope) return std::unexpected(rope.error());
  add_end_ids(*object, config);
  std::error_code error;
  if (!std::filesystem::exists(folder / "generation_config.json", error)) return config;
  const auto generation = read_object(folder / "generation_config.json");
  if (!generation) return std::unexpected(generation.error());
  add_end_ids(*generation, config);
  return config;
}

}  // namespace seekd::model
