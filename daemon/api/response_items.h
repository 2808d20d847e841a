// The items of a response's output, and its end, as JSON.
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>

#include <boost/json.hpp>

#include "daemon/answer/answer.h"
#include "daemon/api/response_request.h"
#include "daemon/api/web_search_calls.h"

namespace seekd::daemon {

boost::json::object call_item_json(std::string_view id, const WebSearchCall& call,
                                   CallSources sources);

// `status`: "in_progress", "completed", "incomplete".
boost::json::object reasoning_item_json(std::string_view id, std::string_view status,
                                        boost::json::array content);
boost::json::object message_item_json(std::string_view id, std::string_view status,
                                      boost::json::array content);

boost::json::object function_item_json(std::string_view id, std::string_view status,
                                       const model::ToolCall& call);

boost::json::object reasoning_part_json(std::string_view text);
boost::json::object text_part_json(std::string_view text, boost::json::array annotations,
                                   boost::json::array logprobs);

// Flat here: its fields stand beside its type.
boost::json::object flat_annotation_json(const Answer& answer, const Citation& citation);

boost::json::object response_usage_json(const Answer& answer);

}  // namespace seekd::daemon
