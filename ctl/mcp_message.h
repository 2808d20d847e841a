// What goes between an assistant and seekd by the Model Context Protocol: a message of JSON-RPC 2.0
// a line (https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#stdio).
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include <boost/json/value.hpp>

#include "policy/result.h"

namespace seekd::ctl {

struct McpMessage {
  enum class Kind : std::uint8_t {
    request,       // is answered
    notification,  // is not; a response of the assistant's, too
    batch,         // of both, in an array
  };
  Kind kind = Kind::request;
  boost::json::value id = nullptr;  // of a request
  std::string method;
  std::string cancels;  // of notifications/cancelled: the id that is not waited for, as JSON
  std::string text;     // the message on one line
};

// What is wrong with a message beyond its being JSON is left to seekd. The error is the line that
// answers what cannot be read.
std::expected<McpMessage, std::string> read_mcp_message(std::string_view line);

// {"jsonrpc", "id", "error"}: the request was not answered by seekd, and why.
std::string mcp_error(const boost::json::value& id, const Error& error);

}  // namespace seekd::ctl
