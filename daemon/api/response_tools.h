// The tools of POST /v1/responses: web_search, and functions of the caller's.
//
// Pure; any thread. Other tools are refused by name.

#pragma once

#include "daemon/api/fields.h"
#include "daemon/api/tool_fields.h"

namespace seekd::daemon {

struct ResponseTools {
  ToolTerms functions;
  bool searches = false;  // web_search is there, and the choice leaves it
};

// "tools", "tool_choice" and "parallel_tool_calls"; what web_search says of itself goes into the
// question. Where web_search is there it is used, as the choice lets it: the cache is searched, and
// the web where that is not enough.
ResponseTools read_response_tools(Fields& fields, const ServedModels& models, Question& question);

}  // namespace seekd::daemon
