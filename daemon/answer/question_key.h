// QuestionKey: which questions are the same, so that one answer serves them all.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "daemon/answer/question.h"
#include "policy/page.h"

namespace seekd::daemon {

// A digest (SHA-256) of all that an answer follows from but the pages: the messages, less space
// around them, the terms, what the caller may read, his salt, the model and the day, which stands
// in the prompt. nullopt: the text is drawn at random, and each asker gets one of his own.
std::optional<std::string> question_key(const Question& question, std::string_view model,
                                        TimePoint now);

}  // namespace seekd::daemon
