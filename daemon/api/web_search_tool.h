// The tool web_search of POST /v1/responses, and what a caller asks of it. Without it no page is
// read.
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>

#include "config/config.h"
#include "daemon/access/scope.h"
#include "daemon/answer/question.h"
#include "daemon/api/fields.h"

namespace seekd::daemon {

// A type of tool, in any of its versions.
bool is_web_search(std::string_view type);

// What `tool`, which stands at `path`, says of what is searched.
void read_web_search(Fields& tool, const std::string& path, Question& question);

// What may be read: "urls", "max_age", "collections" and the others of a chat.
void read_web_search_terms(Fields& fields, Question& question, const config::AnswerConfig& config,
                           const Scope& readable);

// Of a request without the tool: these are refused, and nothing is read.
void refuse_web_search_terms(Fields& fields, Question& question, const Scope& readable);

}  // namespace seekd::daemon
