#include "daemon/api/response_input.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "daemon/api/tool_fields.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t items_max = 1000;
constexpr std::size_t parts_max = 100;

std::optional<model::Role> role_of(std::string_view name) {
  if (name == "system" || name == "developer") return model::Role::system;
  if (name == "user") return model::Role::user;
  if (name == "assistant") return model::Role::assistant;
  return std::nullopt;
}

// {"type": "input_text"|"output_text", "text": …}
std::string read_part(const json::value& value, const std::string& path, Fields& item) {
  if (!value.is_object()) {
    item.reject("content", "invalid_type", "must be a string or an array of text parts");
    return {};
  }
  Fields part(value.get_object(), path);
  const std::string type = part.text("type").value_or("");
  if (type != "input_text" && type != "output_text") {
    part.reject("type", "unsupported_field",
                "must be input_text or output_text: only text is read");
  }
  const auto text = part.text("text");
  if (!text) part.reject("text", "missing_field", "is missing");
  // What our own replies carry: a client sends them back as they came.
  if (type == "output_text") {
    for (const std::string_view name : {"annotations", "logprobs"}) part.any(name);
  }
  if (const auto error = part.finish()) item.reject(*error);
  return text.value_or("");
}

// Parts are paragraphs.
std::string read_content(Fields& item, std::string_view name, const std::string& path) {
  const json::value* content = item.any(name);
  if (content != nullptr && content->is_string()) return std::string(content->get_string());
  if (content == nullptr || content->is_null()) {
    item.reject(name, "missing_field", "is missing");
    return {};
  }
  const json::array* parts = item.array(name);
  if (parts == nullptr) return {};
  if (parts->size() > parts_max) item.reject(name, "out_of_range", "holds too many parts");
  std::string text;
  for (std::size_t index = 0; index < parts->size() && !item.failed(); ++index) {
    if (index > 0) text += '\n';
    text += read_part((*parts)[index], fmt::format("{}.{}[{}]", path, name, index), item);
  }
  return text;
}

model::Message read_message(Fields& item, const std::string& path) {
  const auto role = role_of(item.text("role").value_or(""));
  if (!role) item.reject("role", "invalid_value", "must be system, developer, user or assistant");
  return {role.value_or(model::Role::user), read_content(item, "content", path)};
}

std::string read_call_id(Fields& item) {
  std::string id = item.text("call_id").value_or("");
  if (id.empty()) item.reject("call_id", "missing_field", "is missing");
  return id;
}

// Calls that follow each other are one message's.
void add_call(Fields& item, std::vector<model::Message>& messages) {
  model::ToolCall call;
  call.id = read_call_id(item);
  read_call_text(item, call);
  if (messages.empty() || messages.back().role != model::Role::assistant) {
    messages.push_back({model::Role::assistant, ""});
  }
  messages.back().calls.push_back(std::move(call));
}

void add_result(Fields& item, const std::string& path, std::vector<model::Message>& messages) {
  std::string id = read_call_id(item);
  messages.push_back({model::Role::tool, read_content(item, "output", path), {}, std::move(id)});
}

void add_item(const json::value& value, const std::string& path, Fields& fields,
              std::vector<model::Message>& messages) {
  if (!value.is_object()) {
    return fields.reject("input", "invalid_type", "must be a string or an array of items");
  }
  Fields item(value.get_object(), path);
  const std::string type = item.text("type").value_or("message");
  if (type == "reasoning" || type == "web_search_call") return;  // they ask for nothing
  if (type == "message") {
    messages.push_back(read_message(item, path));
  } else if (type == "function_call") {
    add_call(item, messages);
  } else if (type == "function_call_output") {
    add_result(item, path, messages);
  } else {
    item.reject("type", "unsupported_field",
                "is not served: items are messages of text, calls of functions and their results");
  }
  for (const std::string_view name : {"id", "status"}) item.any(name);
  if (const auto error = item.finish()) fields.reject(*error);
}

void read_items(Fields& fields, std::vector<model::Message>& messages) {
  const json::array* items = fields.array("input");
  if (items == nullptr) return;
  if (items->size() > items_max) {
    fields.reject("input", "out_of_range",
                  "holds " + std::to_string(items->size()) + " items, at most " +
                      std::to_string(items_max) + " are read");
  }
  for (std::size_t index = 0; index < items->size() && !fields.failed(); ++index) {
    add_item((*items)[index], "input[" + std::to_string(index) + "]", fields, messages);
  }
}

bool asks_something(const std::vector<model::Message>& messages) {
  const auto asks = [](const model::Message& message) {
    return message.role == model::Role::user &&
           message.content.find_first_not_of(" \t\r\n") != std::string::npos;
  };
  if (messages.empty()) return false;
  if (messages.back().role == model::Role::tool) return std::ranges::any_of(messages, asks);
  return asks(messages.back());
}

}  // namespace

std::vector<model::Message> read_response_input(Fields& fields) {
  std::vector<model::Message> messages;
  if (auto instructions = fields.text("instructions")) {
    messages.push_back({model::Role::system, *std::move(instructions)});
  }
  const json::value* input = fields.any("input");
  if (input == nullptr || input->is_null()) {
    fields.reject("input", "missing_field", "is missing");
  } else if (input->is_string()) {
    messages.push_back({model::Role::user, std::string(input->get_string())});
  } else {
    read_items(fields, messages);
  }
  if (!fields.failed()) check_calls(messages, "input", fields);
  if (!fields.failed() && !asks_something(messages)) {
    fields.reject("input", "invalid_value",
                  "must end with a user's message that asks something, or with a call's result");
  }
  return messages;
}

}  // namespace seekd::daemon
