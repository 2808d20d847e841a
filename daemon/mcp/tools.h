// The tools that assistants are offered over the Model Context Protocol: what each takes, which
// request of seekd's own interface it stands for, and what of the reply it shows.
//
// Pure; any thread.
#pragma once

#include <expected>
#include <span>
#include <string>
#include <string_view>

#include <boost/json/object.hpp>

#include "daemon/api/api_error.h"
#include "daemon/exchange.h"
#include "policy/rights.h"

namespace seekd::daemon {

// What of a page's text is shown, in Unicode code points.
struct TextWindow {
  std::size_t start = 0;
  std::size_t length = 0;
};

struct ToolRequest {
  HttpRequest http;
  TextWindow window;            // of fetch and show
  std::size_t results_max = 0;  // of search
};

enum class Steps : std::uint8_t { left_out, wanted };  // on the way to an answer, as they happen

struct ToolOutput {
  boost::json::object structured;
  std::string text;  // the same, for who reads no JSON
};

struct Tool {
  std::string_view name;
  std::string_view title;
  std::string_view description;
  std::string_view input;   // JSON Schema
  std::string_view output;  // of ToolOutput::structured
  policy::Right right;      // that its request takes: it is offered to who has it
  // The error is the caller's: an argument that is missing, unknown or wrong.
  std::expected<ToolRequest, ApiError> (*request)(const boost::json::object& arguments,
                                                  Steps steps);
  // Of a reply with status 200.
  ToolOutput (*output_of)(const ToolRequest& request, const boost::json::object& reply);
};

std::span<const Tool> mcp_tools();
const Tool* find_tool(std::string_view name);

// As tools/list shows it.
boost::json::object tool_json(const Tool& tool);

}  // namespace seekd::daemon
