#include "daemon/api/fields.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include <boost/json.hpp>

#include "policy/utf8.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;
constexpr std::size_t name_bytes_max = 64;  // of a field, as an error repeats it

ApiError bad_request(std::string code, std::string message, std::string param) {
  return {400, std::move(code), std::move(message), std::move(param), std::nullopt};
}

std::string range_text(double min, double max) {
  const auto plain = [](double value) {
    std::string text = std::to_string(value);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.')) text.pop_back();
    return text;
  };
  return "between " + plain(min) + " and " + plain(max);
}

}  // namespace

std::expected<json::object, ApiError> parse_object(std::string_view body) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  json::value value = json::parse(body, error, {}, options);
  if (error) {
    return std::unexpected(bad_request(
        "invalid_json", "the body is no JSON that is read here: " + error.message(), ""));
  }
  if (!value.is_object()) {
    return std::unexpected(bad_request("invalid_type", "the body must be a JSON object", ""));
  }
  return std::move(value.as_object());
}

Fields::Fields(const json::object& object, std::string path)
    : object_(object), path_(std::move(path)) {}

const json::value* Fields::any(std::string_view name) {
  known_.push_back(name);
  return object_.if_contains(name);
}

const json::value* Fields::find(std::string_view name) {
  const json::value* value = any(name);
  return value == nullptr || value->is_null() || error_ ? nullptr : value;
}

std::optional<std::string> Fields::text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_string()) {
    wrong_type(name, "a string");
    return std::nullopt;
  }
  return std::string(value->get_string());
}

std::optional<bool> Fields::flag(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_bool()) {
    wrong_type(name, "true or false");
    return std::nullopt;
  }
  return value->get_bool();
}

std::optional<std::int64_t> Fields::integer(std::string_view name, std::int64_t min,
                                            std::int64_t max) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  json::error_code error;
  // Exact conversion: 2.0 is an integer, 2.5 and 1e300 are none.
  const auto number = value->is_number() ? value->to_number<std::int64_t>(error) : 0;
  if (!value->is_number() || error) {
    wrong_type(name, "an integer");
    return std::nullopt;
  }
  if (number < min || number > max) {
    reject(name, "out_of_range",
           "must be between " + std::to_string(min) + " and " + std::to_string(max));
    return std::nullopt;
  }
  return number;
}

std::optional<double> Fields::number(std::string_view name, double min, double max) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_number()) {
    wrong_type(name, "a number");
    return std::nullopt;
  }
  const double number = value->to_number<double>();
  if (!(number >= min && number <= max)) {
    reject(name, "out_of_range", "must be " + range_text(min, max));
    return std::nullopt;
  }
  return number;
}

std::vector<std::string> Fields::texts(std::string_view name, std::size_t count_max) {
  std::vector<std::string> texts;
  const json::array* items = array(name);
  if (items == nullptr) return texts;
  if (items->size() > count_max) {
    reject(name, "out_of_range",
           "holds " + std::to_string(items->size()) + " entries, at most " +
               std::to_string(count_max) + " are read");
    return texts;
  }
  for (std::size_t index = 0; index < items->size(); ++index) {
    if (!(*items)[index].is_string()) {
      wrong_type(std::string(name) + "[" + std::to_string(index) + "]", "a string");
      return {};
    }
    texts.emplace_back((*items)[index].get_string());
  }
  return texts;
}

const json::object* Fields::object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_object()) wrong_type(name, "an object");
  return value->if_object();
}

const json::array* Fields::array(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return nullptr;
  if (!value->is_array()) wrong_type(name, "an array");
  return value->if_array();
}

void Fields::refuse(std::span<const std::string_view> names, std::string_view why) {
  for (const std::string_view name : names) {
    if (find(name) != nullptr) reject(name, "unsupported_field", std::string(why));
  }
}

void Fields::reject(std::string_view name, std::string code, const std::string& message) {
  reject(bad_request(std::move(code), "'" + named(name) + "' " + message, named(name)));
}

void Fields::reject(const ApiError& error) {
  if (!error_) error_ = error;
}

std::optional<ApiError> Fields::finish() {
  for (const auto& field : object_) {
    if (std::ranges::find(known_, std::string_view(field.key())) != known_.end()) continue;
    reject(field.key(), "unknown_field", "is no field that this request has");
  }
  return error_;
}

std::string Fields::named(std::string_view name) const {
  name = policy::first_bytes(name, name_bytes_max);
  return path_.empty() ? std::string(name) : path_ + "." + std::string(name);
}

void Fields::wrong_type(std::string_view name, std::string_view wanted) {
  reject(name, "invalid_type", "must be " + std::string(wanted));
}

}  // namespace seekd::daemon
