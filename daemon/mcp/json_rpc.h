// JSON-RPC 2.0 (https://www.jsonrpc.org/specification), as the Model Context Protocol uses it: an
// id is a string or an integer and never null, parameters are an object.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>

namespace seekd::daemon {

// Codes of JSON-RPC (§5.1), and of the protocol.
enum class RpcCode : std::int32_t {
  parse_error = -32700,
  invalid_request = -32600,
  method_not_found = -32601,
  invalid_params = -32602,
  refused = -32000,              // the caller may not, or not now: `data` says why
  session_not_found = -32001,    // it ended, or was never begun
  unsupported_version = -32022,  // `data` says which are served
  cancelled = -32800,
};

struct RpcError {
  RpcCode code = RpcCode::invalid_request;
  std::string message;
  boost::json::value data = nullptr;  // left out where it is null
  boost::json::value id = nullptr;    // of the request, where it could be read
};

struct RpcMessage {
  enum class Kind : std::uint8_t {
    request,       // is answered
    notification,  // is not
    response,      // to a request of ours; there are none
  };
  Kind kind = Kind::request;
  boost::json::value id;  // of a request
  std::string method;
  boost::json::object params;
};

// Members that are not known are passed over: later versions have more of them.
std::expected<RpcMessage, RpcError> read_rpc_message(const boost::json::value& value);

boost::json::object rpc_result(const boost::json::value& id, boost::json::object result);
boost::json::object rpc_error(const RpcError& error);
boost::json::object rpc_notification(std::string_view method, boost::json::object params);

}  // namespace seekd::daemon
