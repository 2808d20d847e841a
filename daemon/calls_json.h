// Calls of functions as OpenAI's chats have them: in replies of ours, and in requests to other
// servers.
//
// Pure; any thread.

#pragma once

#include <vector>

#include <boost/json/array.hpp>

#include "model/model.h"

namespace seekd::daemon {

// `tool_calls` of an assistant's message.
boost::json::array calls_json(const std::vector<model::ToolCall>& calls);

}  // namespace seekd::daemon
