// What is sent to another server's chat/completions: OpenAI's fields, and those that vLLM and
// SGLang have beside them where a caller asked for what they stand for.
//
// Pure; any thread.

#pragma once

#include <string>

#include "model/model.h"

namespace seekd::daemon {

// `name` is the model's, as its server calls it. Streamed, with its usage at the end.
std::string chat_body(const model::GenerateRequest& request, const std::string& name);

// One word, whose likeliest forms it tells with their log-probabilities.
std::string score_body(const model::ScoreRequest& request, const std::string& name);

}  // namespace seekd::daemon
