// Tools, their calls and their results as prompts have them, one group of functions a form.
//
// The wording is that of the models' own templates; where those have no place for definitions
// (DeepSeek), of the templates that vLLM and SGLang bring for them. What others wrote (names,
// descriptions, arguments, results) is text in any case. One thread a prompt; cannot fail.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "model/model.h"
#include "model/text/call_words.h"
#include "model/text/prompt.h"

namespace seekd::model {

// Nothing where there are no tools. Behind the system message's text, which `behind_text` tells of.
void write_hermes_tools(std::span<const Tool> tools, bool behind_text, Prompt& prompt);
// Behind the message's text.
void write_hermes_calls(const Message& message, Prompt& prompt);

// Before the text of the first message.
void write_llama3_tools(std::span<const Tool> tools, Prompt& prompt);
void write_llama3_call(const ToolCall& call, Prompt& prompt);
void write_llama3_result(std::string_view content, Prompt& prompt);

// Behind the system messages: of V3, R1 and R1-0528; and of V3.1.
void write_fenced_tools(std::span<const Tool> tools, Prompt& prompt);
void write_plain_tools(std::span<const Tool> tools, Prompt& prompt);
void write_deepseek_calls(const Message& message, ToolForm form, Prompt& prompt);
void write_deepseek_result(std::string_view content, Prompt& prompt);

// Results that follow each other, of V3, R1 and R1-0528: they have a frame.
class DeepSeekResults {
 public:
  explicit DeepSeekResults(Prompt& prompt) : prompt_(prompt) {}

  void write(std::string_view content);

  // False where there was none to end.
  bool end();

 private:
  Prompt& prompt_;
  bool open_ = false;
};

}  // namespace seekd::model
