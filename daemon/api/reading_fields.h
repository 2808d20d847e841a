// The fields of a request that say what may be read for its question, and how old it may be.
//
// Pure; any thread. Each function reads what it names of `fields` and records there what is wrong.

#pragma once

#include "config/config.h"
#include "daemon/answer/question.h"
#include "daemon/api/fields.h"

namespace seekd::daemon {

// What the configuration gives a question that names nothing of it.
Question question_of(const config::AnswerConfig& config);

// "search_context_size" of `options`: "low" and "high" halve and double what may be read.
void read_context_size(Fields& options, Question& question);

// "urls", "max_age", "as_of", "require_sources", the date filters.
void read_reading_terms(Fields& fields, Question& question, const config::AnswerConfig& config);

}  // namespace seekd::daemon
