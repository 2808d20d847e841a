#include "ctl/mcp_message.h"

#include <utility>

#include <boost/json.hpp>

#include "ctl/json_view.h"

namespace seekd::ctl {
namespace {

namespace json = boost::json;

// As seekd has them (docs/api.md).
constexpr std::int32_t parse_error = -32700;
constexpr std::int32_t invalid_request = -32600;
constexpr std::int32_t refused = -32000;
constexpr std::size_t depth_max = 32;

std::string error_text(const json::value& id, std::int32_t code, std::string_view message,
                       json::value data = nullptr) {
  json::object error{{"code", code}, {"message", message}};
  if (!data.is_null()) error["data"] = std::move(data);
  return json::serialize(json::object{{"jsonrpc", "2.0"}, {"id", id}, {"error", std::move(error)}});
}

std::string cancelled_id(const json::object& message) {
  const json::value* id = object_at(message, "params").if_contains("requestId");
  return id == nullptr ? "" : json::serialize(*id);
}

}  // namespace

std::expected<McpMessage, std::string> read_mcp_message(std::string_view line) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = depth_max;
  const json::value value = json::parse(line, error, {}, options);
  if (error) {
    return std::unexpected(
        error_text(nullptr, parse_error, "this line is no JSON: " + error.message()));
  }
  McpMessage message;
  message.text = json::serialize(value);
  if (value.is_array()) {
    message.kind = McpMessage::Kind::batch;
    return message;
  }
  const json::object* object = value.if_object();
  if (object == nullptr) {
    return std::unexpected(error_text(nullptr, invalid_request, "a message is an object"));
  }
  const json::value* id = object->if_contains("id");
  message.method = text_at(*object, "method");
  const bool answered = id != nullptr && object->contains("method");
  if (answered) {
    message.id = *id;
  } else if (object->contains("method") || id != nullptr) {
    message.kind = McpMessage::Kind::notification;
  }
  if (message.method == "notifications/cancelled") message.cancels = cancelled_id(*object);
  return message;
}

std::string mcp_error(const json::value& id, const Error& error) {
  return error_text(id, refused, error.message, json::object{{"code", to_string(error.code)}});
}

}  // namespace seekd::ctl
