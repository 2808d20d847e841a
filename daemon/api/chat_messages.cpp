#include "daemon/api/chat_messages.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

#include <boost/json.hpp>

#include "daemon/api/tool_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t messages_max = 1000;
constexpr std::size_t parts_max = 100;

constexpr std::array<std::string_view, 3> unserved{"name", "audio", "function_call"};

std::optional<model::Role> role_of(std::string_view name) {
  if (name == "system" || name == "developer") return model::Role::system;
  if (name == "user") return model::Role::user;
  if (name == "assistant") return model::Role::assistant;
  if (name == "tool") return model::Role::tool;
  return std::nullopt;
}

// [{"type": "text", "text": …}, …]; parts are paragraphs.
std::string read_parts(const json::array& parts, const std::string& path, Fields& message) {
  std::string text;
  if (parts.size() > parts_max) message.reject("content", "out_of_range", "holds too many parts");
  for (std::size_t index = 0; index < parts.size() && !message.failed(); ++index) {
    const std::string here = path + ".content[" + std::to_string(index) + "]";
    if (!parts[index].is_object()) {
      message.reject("content", "invalid_type", "must be a string or an array of text parts");
      break;
    }
    Fields part(parts[index].get_object(), here);
    if (part.text("type") != "text") {
      part.reject("type", "unsupported_field", "must be \"text\": only text is read");
    }
    const auto piece = part.text("text");
    if (!piece) part.reject("text", "missing_field", "is missing");
    if (const auto error = part.finish()) message.reject(*error);
    if (index > 0) text += '\n';
    text += piece.value_or("");
  }
  return text;
}

// An assistant that called functions may have said nothing beside.
enum class Silence : std::uint8_t { refused, allowed };

std::string read_content(Fields& message, const std::string& path, Silence silence) {
  const json::value* content = message.any("content");
  if (content != nullptr && content->is_string()) return std::string(content->get_string());
  if (content != nullptr && content->is_array()) {
    return read_parts(content->get_array(), path, message);
  }
  if (content == nullptr || content->is_null()) {
    if (silence == Silence::allowed) return {};
    message.reject("content", "missing_field", "is missing");
  } else {
    message.reject("content", "invalid_type", "must be a string or an array of text parts");
  }
  return {};
}

model::Message read_message(const json::value& value, const std::string& path, Fields& fields) {
  model::Message out;
  if (!value.is_object()) {
    fields.reject("messages", "invalid_type", "must be an array of objects");
    return out;
  }
  Fields message(value.get_object(), path);
  const auto role = message.text("role");
  const auto known = role ? role_of(*role) : std::nullopt;
  if (!known)
    message.reject("role", "invalid_value", "must be system, developer, user, assistant or tool");
  out.role = known.value_or(model::Role::user);
  if (out.role == model::Role::assistant) out.calls = read_tool_calls(message, path);
  if (out.role == model::Role::tool) {
    out.call_id = message.text("tool_call_id").value_or("");
    if (out.call_id.empty()) message.reject("tool_call_id", "missing_field", "is missing");
    message.any("name");  // the function's, which the call names
  }
  out.content =
      read_content(message, path, out.calls.empty() ? Silence::refused : Silence::allowed);
  message.refuse(unserved, "is not served: messages are role, text and calls");
  if (out.role == model::Role::assistant) {
    // What our own replies carry: a client sends them back as they came. They ask for nothing.
    for (const std::string_view name : {"annotations", "reasoning_content", "refusal"})
      message.any(name);
  }
  if (const auto error = message.finish()) fields.reject(*error);
  return out;
}

}  // namespace

std::vector<model::Message> read_messages(Fields& fields) {
  std::vector<model::Message> messages;
  const json::array* items = fields.array("messages");
  if (items == nullptr || items->empty()) {
    fields.reject("messages", "missing_field", "must hold at least one message");
    return messages;
  }
  if (items->size() > messages_max) {
    fields.reject("messages", "out_of_range",
                  "holds " + std::to_string(items->size()) + " messages, at most " +
                      std::to_string(messages_max) + " are read");
    return messages;
  }
  for (std::size_t index = 0; index < items->size() && !fields.failed(); ++index) {
    const std::string path = "messages[" + std::to_string(index) + "]";
    messages.push_back(read_message((*items)[index], path, fields));
  }
  if (fields.failed()) return messages;
  check_calls(messages, "messages", fields);
  if (std::ranges::find(messages, model::Role::user, &model::Message::role) == messages.end()) {
    fields.reject("messages", "invalid_value", "must hold a message of role user");
  } else if (messages.back().role == model::Role::tool) {
    return messages;
  } else if (messages.back().role != model::Role::user) {
    fields.reject("messages", "invalid_value", "must end with a message of role user or tool");
  } else if (messages.back().content.find_first_not_of(" \t\r\n") == std::string::npos) {
    fields.reject("messages", "invalid_value", "must end with a message that asks something");
  }
  return messages;
}

}  // namespace seekd::daemon
