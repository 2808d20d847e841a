// What each tool of daemon/mcp/tools.h asks seekd's own interface, and what it makes of the reply.
//
// Pure; any thread. Arguments that the interface judges by itself are handed on unread.
#pragma once

#include "daemon/mcp/tools.h"

namespace seekd::daemon {

std::expected<ToolRequest, ApiError> ask_request(const boost::json::object& arguments, Steps steps);
ToolOutput ask_output_of(const ToolRequest& request, const boost::json::object& reply);

std::expected<ToolRequest, ApiError> search_request(const boost::json::object& arguments,
                                                    Steps steps);
ToolOutput search_output_of(const ToolRequest& request, const boost::json::object& reply);

std::expected<ToolRequest, ApiError> fetch_request(const boost::json::object& arguments,
                                                   Steps steps);
ToolOutput fetch_output_of(const ToolRequest& request, const boost::json::object& reply);

std::expected<ToolRequest, ApiError> show_request(const boost::json::object& arguments,
                                                  Steps steps);
ToolOutput show_output_of(const ToolRequest& request, const boost::json::object& reply);

}  // namespace seekd::daemon
