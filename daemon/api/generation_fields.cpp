#include "daemon/api/generation_fields.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t stops_max = 4;
constexpr std::size_t label_bytes_max = 512;

bool asks_for_nothing(const json::value& value, std::string_view neutral) {
  if (value.is_null()) return true;
  if (neutral.empty()) return false;
  if (value.is_double()) return neutral == "0" && value.get_double() == 0.0;
  return value == json::parse(neutral);
}

}  // namespace

void refuse_unserved(Fields& fields, std::span<const UnservedField> unserved) {
  for (const auto& [name, neutral] : unserved) {
    const json::value* value = fields.any(name);
    if (value != nullptr && !asks_for_nothing(*value, neutral)) {
      fields.reject(name, "unsupported_field", "is not served by this version");
    }
  }
}

const ServedModels::Named& ServedModels::named(std::string_view name) const {
  const auto route = std::ranges::find(routes, name, &Named::name);
  return route != routes.end() ? *route : local;
}

std::string read_model(Fields& fields, const ServedModels& models) {
  const auto named = fields.text("model");
  if (!named) return "";
  if (*named == models.local.name || *named == config::local_model) {
    return std::string(config::local_model);
  }
  const auto route = std::ranges::find(models.routes, *named, &ServedModels::Named::name);
  if (route != models.routes.end()) return route->name;
  std::string known = "'" + models.local.name + "'";
  for (const auto& each : models.routes) known += ", '" + each.name + "'";
  fields.reject({404, "model_not_found", "there is no model of this name here; there are " + known,
                 "model", std::nullopt});
  return "";
}

void read_model(Fields& fields, std::string_view served) {
  const auto named = fields.text("model");
  if (!named || *named == served) return;
  fields.reject({404, "model_not_found",
                 "there is no model of this name here; there is '" + std::string(served) + "'",
                 "model", std::nullopt});
}

void read_sampling(Fields& fields, model::Sampling& sampling) {
  sampling.temperature = fields.number("temperature", 0.0, 2.0).value_or(0.0);
  sampling.top_p = fields.number("top_p", 0.0, 1.0).value_or(1.0);
  if (sampling.top_p <= 0.0) fields.reject("top_p", "out_of_range", "must be above 0");
  // As vLLM has it, -1 is all too.
  const std::int64_t top_k = fields.integer("top_k", -1, answer_tokens_max).value_or(0);
  sampling.top_k = static_cast<std::size_t>(std::max<std::int64_t>(top_k, 0));
  sampling.min_p = fields.number("min_p", 0.0, 1.0).value_or(0.0);
  constexpr auto any = std::numeric_limits<std::int64_t>::max();
  sampling.seed = static_cast<std::uint64_t>(fields.integer("seed", -any - 1, any).value_or(0));
}

void read_penalties(Fields& fields, model::Sampling& sampling) {
  sampling.frequency_penalty = fields.number("frequency_penalty", -2.0, 2.0).value_or(0.0);
  sampling.presence_penalty = fields.number("presence_penalty", -2.0, 2.0).value_or(0.0);
  sampling.repetition_penalty = fields.number("repetition_penalty", 0.01, 100.0).value_or(1.0);
}

std::vector<std::string> read_stops(Fields& fields) {
  const json::value* stop = fields.any("stop");
  std::vector<std::string> stops = stop != nullptr && stop->is_string()
                                       ? std::vector{std::string(stop->get_string())}
                                       : fields.texts("stop", stops_max);
  for (const std::string& text : stops) {
    if (text.empty()) fields.reject("stop", "invalid_value", "holds an empty string");
  }
  return stops;
}

std::optional<Effort> read_effort(Fields& fields, std::string_view name) {
  constexpr std::array<std::pair<std::string_view, Effort>, 4> efforts{{{"none", Effort::none},
                                                                        {"low", Effort::low},
                                                                        {"medium", Effort::medium},
                                                                        {"high", Effort::high}}};
  const auto named = fields.text(name);
  if (!named) return std::nullopt;
  const auto* const found =
      std::ranges::find(efforts, *named, &std::pair<std::string_view, Effort>::first);
  if (found == efforts.end()) {
    fields.reject(name, "invalid_value", "must be none, low, medium or high");
    return std::nullopt;
  }
  return found->second;
}

// OpenAI's "flex" may take longer; nobody is served before others here.
model::Priority read_tier(Fields& fields) {
  const std::string tier = fields.text("service_tier").value_or("auto");
  if (tier == "flex") return model::Priority::background;
  if (tier != "auto" && tier != "default") {
    fields.reject("service_tier", "invalid_value", "must be auto, default or flex");
  }
  return model::Priority::interactive;
}

std::string read_label(Fields& fields, std::string_view name) {
  std::string label = fields.text(name).value_or("");
  if (label.size() > label_bytes_max) {
    fields.reject(name, "out_of_range",
                  "is longer than " + std::to_string(label_bytes_max) + " bytes");
  }
  return label;
}

// Neither may hold the other's part of the salt.
std::string read_salt(Fields& fields) {
  const std::string salt = read_label(fields, "cache_salt");
  return std::to_string(salt.size()) + ":" + salt + read_label(fields, "prompt_cache_key");
}

}  // namespace seekd::daemon
