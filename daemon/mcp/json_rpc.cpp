#include "daemon/mcp/json_rpc.h"

#include <utility>

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t id_bytes_max = 256;
constexpr std::size_t method_bytes_max = 128;

bool is_id(const json::value& value) {
  if (const json::string* text = value.if_string()) return text->size() <= id_bytes_max;
  return value.is_int64() || value.is_uint64();
}

RpcError invalid(std::string message, json::value id = nullptr) {
  return {RpcCode::invalid_request, std::move(message), nullptr, std::move(id)};
}

}  // namespace

std::expected<RpcMessage, RpcError> read_rpc_message(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return std::unexpected(invalid("a message is an object"));
  RpcMessage message;
  const json::value* id = object->if_contains("id");
  if (id != nullptr && !is_id(*id)) {
    return std::unexpected(invalid("'id' must be a string of at most 256 bytes, or an integer"));
  }
  if (id != nullptr) message.id = *id;
  const json::value* version = object->if_contains("jsonrpc");
  if (version == nullptr || *version != "2.0") {
    return std::unexpected(invalid("'jsonrpc' must be \"2.0\"", message.id));
  }
  const json::value* method = object->if_contains("method");
  if (method == nullptr && (object->contains("result") || object->contains("error"))) {
    message.kind = RpcMessage::Kind::response;
    return message;
  }
  if (method == nullptr || !method->is_string() || method->get_string().size() > method_bytes_max) {
    return std::unexpected(invalid("'method' must be the name of one", message.id));
  }
  message.method = std::string_view(method->get_string());
  if (id == nullptr) message.kind = RpcMessage::Kind::notification;
  if (const json::value* params = object->if_contains("params")) {
    if (!params->is_object()) {
      return std::unexpected(
          RpcError{RpcCode::invalid_params, "'params' must be an object", nullptr, message.id});
    }
    message.params = params->get_object();
  }
  return message;
}

json::object rpc_result(const json::value& id, json::object result) {
  return {{"jsonrpc", "2.0"}, {"id", id}, {"result", std::move(result)}};
}

json::object rpc_error(const RpcError& error) {
  json::object body{{"code", static_cast<std::int32_t>(error.code)}, {"message", error.message}};
  if (!error.data.is_null()) body["data"] = error.data;
  return {{"jsonrpc", "2.0"}, {"id", error.id}, {"error", std::move(body)}};
}

json::object rpc_notification(std::string_view method, json::object params) {
  return {{"jsonrpc", "2.0"}, {"method", method}, {"params", std::move(params)}};
}

}  // namespace seekd::daemon
