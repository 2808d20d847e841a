#include "fetcher/worker/search/json_reading.h"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

namespace seekd::fetcher {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 32;

}  // namespace

Result<json::value> read_json_value(std::string_view body) {
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code error;
  json::value value = json::parse({body.data(), body.size()}, error, {}, options);
  if (error) return fail(ErrorCode::invalid_argument, "not JSON: " + error.message());
  return value;
}

const json::value* member(const json::value& value, std::string_view key) {
  const json::object* object = value.if_object();
  return object == nullptr ? nullptr : object->if_contains({key.data(), key.size()});
}

const json::array& array_member(const json::value& value, std::string_view key) {
  static const json::array none;
  const json::value* found = member(value, key);
  const json::array* array = found == nullptr ? nullptr : found->if_array();
  return array == nullptr ? none : *array;
}

std::string text_of(const json::value* value) {
  if (value == nullptr) return "";
  if (const json::string* text = value->if_string()) return {text->data(), text->size()};
  return value->is_number() ? json::serialize(*value) : "";
}

std::string url_of(const json::value* value) {
  return value != nullptr && value->is_string() ? text_of(value) : "";
}

std::string text_member(const json::value& value, std::string_view key) {
  return text_of(member(value, key));
}

}  // namespace seekd::fetcher
