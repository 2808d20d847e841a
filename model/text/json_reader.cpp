#include "model/text/json_reader.h"

#include <string>
#include <utility>

namespace seekd::model {

namespace json = boost::json;

std::unexpected<Error> JsonReader::refuse(ErrorCode code, std::string_view field,
                                          std::string_view what) const {
  std::string message(source_);
  message.append(": ").append(field.substr(0, 60)).append(": ").append(what.substr(0, 200));
  return fail(code, std::move(message));
}

std::unexpected<Error> JsonReader::corrupt(std::string_view field, std::string_view what) const {
  return refuse(ErrorCode::corrupt, field, what);
}

std::unexpected<Error> JsonReader::unsupported(std::string_view field,
                                               std::string_view what) const {
  return refuse(ErrorCode::unsupported, field, std::string(what) + " is not served");
}

Result<json::object> JsonReader::parse(std::string_view text, json::storage_ptr memory) const {
  boost::system::error_code error;
  json::value parsed = json::parse(text, error, std::move(memory));
  if (error) return corrupt("file", "no JSON: " + error.message());
  if (!parsed.is_object()) return corrupt("file", "no JSON object");
  return std::move(parsed.get_object());
}

const json::object* find_object(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_object();
}

const json::array* find_array(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value == nullptr ? nullptr : value->if_array();
}

std::string_view find_text(const json::object& object, std::string_view key) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_string() ? std::string_view(value->get_string()) : "";
}

bool find_flag(const json::object& object, std::string_view key, bool absent) {
  const json::value* value = object.if_contains(key);
  return value != nullptr && value->is_bool() ? value->get_bool() : absent;
}

}  // namespace seekd::model
