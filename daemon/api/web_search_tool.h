// The tools of POST /v1/responses: web_search, and what a caller asks of it. Without it no page is
// read.
//
// Pure; any thread. Other tools are refused by name.

#pragma once

#include "config/config.h"
#include "daemon/access/scope.h"
#include "daemon/answer/question.h"
#include "daemon/api/fields.h"

namespace seekd::daemon {

// Reads "tools" and "tool_choice", and what may be read: "urls", "max_age", "collections" and the
// others of a chat, which are for requests with the tool.
void read_web_search_tool(Fields& fields, Question& question, const config::AnswerConfig& config,
                          const Scope& readable);

}  // namespace seekd::daemon
