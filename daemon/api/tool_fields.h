// The fields of a request about functions that the model may call: OpenAI's `tools`, `tool_choice`
// and `parallel_tool_calls`; and the calls of an assistant's message.
//
// Pure; any thread. Each function records in `fields` what is wrong.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/fields.h"
#include "daemon/api/generation_fields.h"
#include "model/model.h"

namespace seekd::daemon {

struct ToolTerms {
  std::vector<model::Tool> tools;
  model::ToolUse use;
};

// Of POST /v1/chat/completions. `model`: who is to call them, as Question::model has it.
ToolTerms read_tools(Fields& fields, const ServedModels& models, const std::string& model);

// One function: "name", "description", "parameters", "strict" of `function`, which stands at
// `path`.
model::Tool read_function(Fields& function, const std::string& path);

// "tool_calls" of an assistant's message at `path`.
std::vector<model::ToolCall> read_tool_calls(Fields& message, const std::string& path);

// What is wrong with the calls of a conversation, each of which is answered once, before anything
// else is said: recorded at "messages".
void check_calls(const std::vector<model::Message>& messages, Fields& fields);

}  // namespace seekd::daemon
