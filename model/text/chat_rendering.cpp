#include <cassert>
#include <utility>

#include "model/text/chat_template.h"
#include "model/text/tool_rendering.h"
#include "model/text/utf8.h"

namespace seekd::model {
namespace {

std::string_view role_name(Role role) {
  switch (role) {
    case Role::system:
      return "system";
    case Role::user:
      return "user";
    case Role::assistant:
      return "assistant";
    case Role::tool:
      return "ipython";
  }
  return "user";
}

// Jinja's `trim`.
std::string_view trim(std::string_view text) {
  text.remove_prefix(leading_white_space(text));
  text.remove_suffix(trailing_white_space(text));
  return text;
}

constexpr std::string_view kThoughtBegin = "<think>";
constexpr std::string_view kThoughtEnd = "</think>";

std::string_view after_last_thought(std::string_view content) {
  const std::size_t end = content.rfind(kThoughtEnd);
  return end == std::string_view::npos ? content : content.substr(end + kThoughtEnd.size());
}

std::string_view after_first_thought(std::string_view content) {
  const std::size_t end = content.find(kThoughtEnd);
  return end == std::string_view::npos ? content : content.substr(end + kThoughtEnd.size());
}

std::string joined_system(std::span<const Message> messages) {
  std::string joined;
  std::string_view separator;
  for (const Message& message : messages) {
    if (message.role != Role::system) continue;
    joined.append(separator).append(message.content);
    separator = "\n\n";
  }
  return joined;
}

std::string last_system(std::span<const Message> messages) {
  std::string last;
  for (const Message& message : messages) {
    if (message.role == Role::system) last = message.content;
  }
  return last;
}

bool begins_with_system(std::span<const Message> messages) {
  return messages.front().role == Role::system;
}

}  // namespace

// A system message of its own holds the definitions where there is no other.
void ChatTemplate::render_chatml(Messages messages, Tools tools, Prompt& prompt) const {
  const auto begin_turn = [&prompt](std::string_view role) -> Prompt& {
    return prompt.token("<|im_start|>").text(role).text("\n");
  };
  const auto end_turn = [&prompt] { prompt.token("<|im_end|>").text("\n"); };
  prompt.token(bos_);
  std::string_view system = default_system_;
  const bool own_system = begins_with_system(messages);
  if (own_system) {
    system = messages.front().content;
    messages = messages.subspan(1);
  }
  if (own_system || !system.empty() || !tools.empty()) {
    begin_turn("system").text(system);
    write_hermes_tools(tools, !system.empty(), prompt);
    end_turn();
  }
  bool answers = false;  // of tools: neighbouring ones are one turn
  for (const Message& message : messages) {
    const bool another = message.role == Role::tool && answers;
    if (answers && !another) end_turn();
    answers = message.role == Role::tool;
    if (answers) {
      if (!another) prompt.token("<|im_start|>").text("user");
      prompt.text("\n<tool_response>\n").text(message.content).text("\n</tool_response>");
      continue;
    }
    begin_turn(role_name(message.role)).text(message.content);
    write_hermes_calls(message, prompt);
    end_turn();
  }
  if (answers) end_turn();
  begin_turn("assistant");
}

void ChatTemplate::render_llama3(Messages messages, Tools tools, Prompt& prompt) const {
  const auto header = [&prompt](std::string_view role) -> Prompt& {
    return prompt.token("<|start_header_id|>").text(role).token("<|end_header_id|>").text("\n\n");
  };
  prompt.token(bos_);
  if (!default_system_.empty()) {
    header("system").text(tools.empty() ? "" : "Environment: ipython\n").text(default_system_);
    if (begins_with_system(messages)) {
      prompt.text(trim(messages.front().content));
      messages = messages.subspan(1);
    }
    prompt.token("<|eot_id|>");
  }
  if (!tools.empty()) {
    header("user");
    write_llama3_tools(tools, prompt);
    if (!messages.empty()) prompt.text(trim(messages.front().content));
    messages = messages.subspan(messages.empty() ? 0 : 1);
    prompt.token("<|eot_id|>");
  }
  for (const Message& message : messages) {
    // The form has one call in a turn, and no text beside it.
    for (const ToolCall& call : message.calls) {
      write_llama3_call(call, header("assistant"));
      prompt.token("<|eot_id|>");
    }
    if (!message.calls.empty()) continue;
    header(role_name(message.role));
    if (message.role == Role::tool) {
      write_llama3_result(message.content, prompt);
    } else {
      prompt.text(trim(message.content));
    }
    prompt.token("<|eot_id|>");
  }
  header("assistant");
}

void ChatTemplate::render_deepseek_v3(Messages messages, Tools tools, Prompt& prompt) const {
  prompt.token(bos_).text(joins_system_ ? joined_system(messages) : last_system(messages));
  write_fenced_tools(tools, prompt);
  DeepSeekResults results(prompt);
  for (const Message& message : messages) {
    if (message.role == Role::tool) results.write(message.content);
    if (message.role == Role::user) {
      results.end();
      prompt.token("<｜User｜>").text(message.content);
    }
    if (message.role != Role::assistant) continue;
    const std::string_view content = message.content;
    if (!results.end()) prompt.token("<｜Assistant｜>");
    prompt.text(forgets_thinking_ ? after_last_thought(content) : content);
    write_deepseek_calls(message, tool_form_, prompt);
    prompt.token("<｜end▁of▁sentence｜>");
  }
  if (!results.end()) prompt.token("<｜Assistant｜>");
}

void ChatTemplate::render_deepseek_r1_0528(Messages messages, Tools tools, Prompt& prompt) const {
  prompt.token(bos_).text(joined_system(messages));
  write_fenced_tools(tools, prompt);
  DeepSeekResults results(prompt);
  bool open = false;
  for (const Message& message : messages) {
    if (message.role == Role::user) {
      results.end();
      prompt.token("<｜User｜>").text(message.content).token("<｜Assistant｜>");
      open = true;
    } else if (message.role == Role::assistant) {
      results.end();
      open = false;
      const std::string_view content = message.content;
      prompt.text(forgets_thinking_ ? after_last_thought(content) : content);
      write_deepseek_calls(message, tool_form_, prompt);
      prompt.token("<｜end▁of▁sentence｜>");
    } else if (message.role == Role::tool) {
      results.write(message.content);
    }
  }
  if (!results.end() && !open) prompt.token("<｜Assistant｜>");
}

// An earlier answer stands without its thoughts.
void ChatTemplate::render_deepseek_v3_1(Messages messages, Tools tools, Prompt& prompt) const {
  prompt.token(bos_).text(joined_system(messages));
  write_plain_tools(tools, prompt);
  bool asked = false;
  for (const Message& message : messages) {
    if (message.role == Role::user) {
      prompt.token("<｜User｜>").text(message.content);
      asked = true;
    } else if (message.role == Role::assistant) {
      if (asked) prompt.token("<｜Assistant｜>").token(kThoughtEnd);
      asked = false;
      prompt.text(after_first_thought(message.content));
      write_deepseek_calls(message, tool_form_, prompt);
      prompt.token("<｜end▁of▁sentence｜>");
    } else if (message.role == Role::tool) {
      asked = false;
      write_deepseek_result(message.content, prompt);
    }
  }
  if (!goes_on(messages)) prompt.token("<｜Assistant｜>");
}

// Is the assistant's turn, which its calls have interrupted, open still?
bool ChatTemplate::goes_on(Messages messages) const {
  const bool deepseek =
      tool_form_ == ToolForm::deepseek_fenced || tool_form_ == ToolForm::deepseek_plain;
  return deepseek && messages.back().role == Role::tool;
}

// Behind the mark of the assistant's turn. V3.1 has a way of its own to do without a thought;
// others are given one that is empty.
void ChatTemplate::begin_answer(Thinking::Mode mode, Prompt& prompt) const {
  if (family_ == Family::deepseek_v3_1) {
    prompt.token(mode == Thinking::Mode::wanted ? kThoughtBegin : kThoughtEnd);
  } else if (mode == Thinking::Mode::none && thinks()) {
    prompt.token(kThoughtBegin).text("\n\n").token(kThoughtEnd).text("\n\n");
  } else if (starts_thinking_) {
    prompt.token(kThoughtBegin).text("\n");
  }
}

bool ChatTemplate::starts_thinking(Messages messages, Thinking::Mode mode) const {
  if (goes_on(messages)) return false;
  if (family_ == Family::deepseek_v3_1) return mode == Thinking::Mode::wanted;
  return starts_thinking_ && mode != Thinking::Mode::none;
}

bool ChatTemplate::leaves_thought_open(Thinking::Mode mode) const {
  const bool begins_itself = family_ == Family::deepseek_v3_1 || starts_thinking_;
  return thinks() && mode != Thinking::Mode::none && !begins_itself;
}

bool ChatTemplate::thinks() const {
  return starts_thinking_ || forgets_thinking_ || family_ == Family::deepseek_v3_1;
}

void ChatTemplate::render_deepseek_llm(Messages messages, Prompt& prompt) const {
  prompt.token(bos_);
  for (const Message& message : messages) {
    switch (message.role) {
      case Role::system:
        prompt.text(message.content).text("\n\n");
        break;
      case Role::user:
        prompt.text("User: ").text(message.content).text("\n\n");
        break;
      case Role::assistant:
        prompt.text("Assistant: ").text(message.content).token(eos_);
        break;
      case Role::tool:  // the template has no form for it
        break;
    }
  }
  prompt.text("Assistant:");
}

std::vector<Segment> ChatTemplate::render(std::span<const Message> messages, Thinking::Mode mode,
                                          std::span<const Tool> tools) const {
  assert(!messages.empty());
  Prompt prompt;
  switch (family_) {
    case Family::chatml:
      render_chatml(messages, tools, prompt);
      break;
    case Family::llama3:
      render_llama3(messages, tools, prompt);
      break;
    case Family::deepseek_v3:
      render_deepseek_v3(messages, tools, prompt);
      break;
    case Family::deepseek_r1_0528:
      render_deepseek_r1_0528(messages, tools, prompt);
      break;
    case Family::deepseek_v3_1:
      render_deepseek_v3_1(messages, tools, prompt);
      break;
    case Family::deepseek_llm:
      render_deepseek_llm(messages, prompt);
      break;
  }
  if (!goes_on(messages)) begin_answer(mode, prompt);
  return std::move(prompt).take();
}

}  // namespace seekd::model
