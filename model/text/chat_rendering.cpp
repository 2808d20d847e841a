#include <cassert>
#include <utility>

#include "model/text/chat_template.h"
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
      return "tool";
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

class ChatTemplate::Prompt {
 public:
  Prompt& token(std::string_view name) {
    if (!name.empty()) segments_.push_back({Segment::Kind::token, std::string(name)});
    return *this;
  }

  Prompt& text(std::string_view text) {
    if (text.empty()) return *this;
    if (segments_.empty() || segments_.back().kind != Segment::Kind::text) {
      segments_.push_back({Segment::Kind::text, ""});
    }
    segments_.back().text.append(text);
    return *this;
  }

  std::vector<Segment> take() && { return std::move(segments_); }

 private:
  std::vector<Segment> segments_;
};

void ChatTemplate::render_chatml(std::span<const Message> messages, Prompt& prompt) const {
  const auto turn = [&prompt](std::string_view role, std::string_view content) {
    prompt.token("<|im_start|>").text(role).text("\n").text(content);
    prompt.token("<|im_end|>").text("\n");
  };
  prompt.token(bos_);
  if (!begins_with_system(messages) && !default_system_.empty()) turn("system", default_system_);
  for (const Message& message : messages) turn(role_name(message.role), message.content);
  prompt.token("<|im_start|>").text("assistant\n");
}

void ChatTemplate::render_llama3(std::span<const Message> messages, Prompt& prompt) const {
  const auto header = [&prompt](std::string_view role) -> Prompt& {
    return prompt.token("<|start_header_id|>").text(role).token("<|end_header_id|>").text("\n\n");
  };
  prompt.token(bos_);
  if (!default_system_.empty()) {
    header("system").text(default_system_);
    if (begins_with_system(messages)) {
      prompt.text(trim(messages.front().content));
      messages = messages.subspan(1);
    }
    prompt.token("<|eot_id|>");
  }
  for (const Message& message : messages) {
    header(role_name(message.role)).text(trim(message.content)).token("<|eot_id|>");
  }
  header("assistant");
}

void ChatTemplate::render_deepseek_v3(std::span<const Message> messages, Prompt& prompt) const {
  prompt.token(bos_).text(joins_system_ ? joined_system(messages) : last_system(messages));
  for (const Message& message : messages) {
    if (message.role == Role::user) prompt.token("<｜User｜>").text(message.content);
    if (message.role != Role::assistant) continue;
    const std::string_view content = message.content;
    prompt.token("<｜Assistant｜>").text(forgets_thinking_ ? after_last_thought(content) : content);
    prompt.token("<｜end▁of▁sentence｜>");
  }
  prompt.token("<｜Assistant｜>");
}

void ChatTemplate::render_deepseek_r1_0528(std::span<const Message> messages,
                                           Prompt& prompt) const {
  prompt.token(bos_).text(joined_system(messages));
  bool open = false;
  for (const Message& message : messages) {
    if (message.role == Role::user) {
      prompt.token("<｜User｜>").text(message.content).token("<｜Assistant｜>");
      open = true;
    } else if (message.role == Role::assistant) {
      open = false;
      const std::string_view content = message.content;
      prompt.text(forgets_thinking_ ? after_last_thought(content) : content);
      prompt.token("<｜end▁of▁sentence｜>");
    }
  }
  if (!open) prompt.token("<｜Assistant｜>");
}

// An earlier answer stands without its thoughts.
void ChatTemplate::render_deepseek_v3_1(std::span<const Message> messages, Prompt& prompt) const {
  prompt.token(bos_).text(joined_system(messages));
  bool asked = false;
  for (const Message& message : messages) {
    if (message.role == Role::user) {
      prompt.token("<｜User｜>").text(message.content);
      asked = true;
    } else if (message.role == Role::assistant) {
      if (asked) prompt.token("<｜Assistant｜>").token(kThoughtEnd);
      asked = false;
      prompt.text(after_first_thought(message.content)).token("<｜end▁of▁sentence｜>");
    }
  }
  prompt.token("<｜Assistant｜>");
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

bool ChatTemplate::starts_thinking(Thinking::Mode mode) const {
  if (family_ == Family::deepseek_v3_1) return mode == Thinking::Mode::wanted;
  return starts_thinking_ && mode != Thinking::Mode::none;
}

bool ChatTemplate::thinks() const {
  return starts_thinking_ || forgets_thinking_ || family_ == Family::deepseek_v3_1;
}

void ChatTemplate::render_deepseek_llm(std::span<const Message> messages, Prompt& prompt) const {
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

std::vector<Segment> ChatTemplate::render(std::span<const Message> messages,
                                          Thinking::Mode mode) const {
  assert(!messages.empty());
  Prompt prompt;
  switch (family_) {
    case Family::chatml:
      render_chatml(messages, prompt);
      break;
    case Family::llama3:
      render_llama3(messages, prompt);
      break;
    case Family::deepseek_v3:
      render_deepseek_v3(messages, prompt);
      break;
    case Family::deepseek_r1_0528:
      render_deepseek_r1_0528(messages, prompt);
      break;
    case Family::deepseek_v3_1:
      render_deepseek_v3_1(messages, prompt);
      break;
    case Family::deepseek_llm:
      render_deepseek_llm(messages, prompt);
      break;
  }
  begin_answer(mode, prompt);
  return std::move(prompt).take();
}

}  // namespace seekd::model
