// The fields of a request about functions that the model may call: OpenAI's `tools`, `tool_choice`
// and `parallel_tool_calls`; and the calls of an assistant's message.
//
// Pure; any thread. Each function records in `fields` what is wrong.

#pragma once

#include <functional>
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

// Gives each object of "tools" to `read`, with where it stands; of a list that is none, or too
// long, the rest is not looked at.
void read_each_tool(Fields& fields,
                    const std::function<void(Fields& tool, const std::string& path)>& read);

// Whether each has a name of its own, that model can call them, and the one that is chosen is among
// them.
void check_tools(Fields& fields, const ToolTerms& terms, const ServedModels& models,
                 const std::string& model);

// "tool_calls" of an assistant's message at `path`.
std::vector<model::ToolCall> read_tool_calls(Fields& message, const std::string& path);

// "name" and "arguments" of a call.
void read_call_text(Fields& function, model::ToolCall& call);

// What is wrong with the calls of a conversation, each of which is answered once, before anything
// else is said: recorded at `name`, the field that holds the conversation.
void check_calls(const std::vector<model::Message>& messages, std::string_view name,
                 Fields& fields);

// Gives the question its tools, under what they exclude. Nothing is read for a conversation that
// ends with what a tool gave back. `format`: the field that asks for a text of a schema.
void take_tools(Fields& fields, ToolTerms terms, std::string_view format, Question& question);

}  // namespace seekd::daemon
