#include "fetcher/json_fields.h"

#include <cmath>

#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>
#include <fmt/format.h>

#include "policy/trace_context.h"

namespace seekd::fetcher {

namespace json = boost::json;

Result<json::object> parse_json_object(std::string_view text, std::string_view what,
                                       std::size_t depth_max) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error, {}, options);
  if (error) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: not JSON: {}", what, error.message()));
  }
  if (!value.is_object()) {
    return fail(ErrorCode::invalid_argument, fmt::format("{}: not a JSON object", what));
  }
  return std::move(value.get_object());
}

void JsonFields::refuse(ErrorCode code, std::string_view key, std::string_view why) {
  if (!error_) error_ = Error{code, fmt::format("{}: field '{}' {}", what_, key, why)};
}

const json::value* JsonFields::find(std::string_view key) {
  const json::value* value = object_.if_contains({key.data(), key.size()});
  if (value != nullptr) ++found_;
  return value;
}

std::string JsonFields::text(std::string_view key, std::size_t bytes_max) {
  const json::value* value = find(key);
  if (value == nullptr) return {};
  const json::string* string = value->if_string();
  if (string == nullptr) {
    refuse(ErrorCode::invalid_argument, key, "is not a string");
    return {};
  }
  if (string->size() > bytes_max) {
    refuse(ErrorCode::too_large, key, fmt::format("has more than {} bytes", bytes_max));
    return {};
  }
  return {string->data(), string->size()};
}

std::uint64_t JsonFields::number(std::string_view key, std::uint64_t max) {
  const json::value* value = find(key);
  if (value == nullptr) return 0;
  json::error_code error;
  const auto number = value->to_number<std::uint64_t>(error);
  if (error || value->is_double() || number > max) {
    refuse(ErrorCode::invalid_argument, key, fmt::format("is not an integer from 0 to {}", max));
    return 0;
  }
  return number;
}

double JsonFields::decimal(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return 0;
  json::error_code error;
  const auto number = value->to_number<double>(error);
  if (!error && std::isfinite(number)) return number;
  refuse(ErrorCode::invalid_argument, key, "is not a number");
  return 0;
}

const json::array* JsonFields::array(std::string_view key, std::size_t items_max) {
  const json::value* value = find(key);
  if (value == nullptr) return nullptr;
  const json::array* array = value->if_array();
  if (array == nullptr) {
    refuse(ErrorCode::invalid_argument, key, "is not an array");
  } else if (array->size() > items_max) {
    refuse(ErrorCode::too_large, key, fmt::format("has more than {} items", items_max));
    return nullptr;
  }
  return array;
}

const json::object* JsonFields::object(std::string_view key) {
  const json::value* value = find(key);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) refuse(ErrorCode::invalid_argument, key, "is not an object");
  return value->if_object();
}

Status JsonFields::finish() {
  if (error_) return std::unexpected(*error_);
  if (found_ != object_.size()) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("{}: has a field that this version does not know", what_));
  }
  return {};
}

std::string read_trace_id(JsonFields& reader) {
  std::string id = reader.text("trace_id", policy::trace_id_digits);
  if (!id.empty() && !policy::is_trace_id(id)) {
    reader.refuse(ErrorCode::invalid_argument, "trace_id", "is no trace's id");
  }
  return id;
}

}  // namespace seekd::fetcher
