#include "daemon/api/tool_fields.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <fmt/format.h>

#include "daemon/api/names.h"
#include "model/shape/json_schema.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t tools_max = 128;
constexpr std::size_t calls_max = 128;  // of one message
constexpr std::size_t id_bytes_max = 256;

bool is_object_schema(const json::object& schema) {
  const json::value* type = schema.if_contains("type");
  return schema.empty() || (type != nullptr && *type == "object");
}

// Arguments are held to the schema as far as it can be honoured; who says "strict" wants all of it.
void check_strict(const json::object& schema, const std::string& path, Fields& function) {
  const auto compiled = model::compile_json_schema(schema, model::Strictness::strict);
  if (compiled) return;
  const std::string at = path + ".parameters" + compiled.error().at;
  function.reject(
      {400, "unsupported_field", at + " " + compiled.error().message, at, std::nullopt});
}

model::Tool read_tool(Fields& tool, const std::string& path) {
  if (tool.text("type") != "function") {
    tool.reject("type", "unsupported_field",
                "must be \"function\"; the web is searched by web_search_options");
  }
  const json::object* described = tool.object("function");
  if (described == nullptr) tool.reject("function", "missing_field", "is missing");
  model::Tool read;
  if (described != nullptr && !tool.failed()) {
    Fields function(*described, path + ".function");
    read = read_function(function, path + ".function");
    if (const auto error = function.finish()) tool.reject(*error);
  }
  return read;
}

// {"type": "function", "function": {"name": …}}
std::string read_named(const json::object& object, Fields& fields) {
  Fields choice(object, "tool_choice");
  if (choice.text("type") != "function") {
    choice.reject("type", "unsupported_field", "must be \"function\"");
  }
  std::string name;
  if (const json::object* function = choice.object("function")) {
    Fields named(*function, "tool_choice.function");
    name = named.text("name").value_or("");
    if (name.empty()) named.reject("name", "missing_field", "is missing");
    if (const auto error = named.finish()) choice.reject(*error);
  } else {
    choice.reject("function", "missing_field", "is missing");
  }
  if (const auto error = choice.finish()) fields.reject(*error);
  return name;
}

model::ToolUse read_choice(Fields& fields) {
  using Mode = model::ToolUse::Mode;
  model::ToolUse use{.parallel = fields.flag("parallel_tool_calls").value_or(true)};
  const json::value* choice = fields.any("tool_choice");
  if (choice == nullptr || choice->is_null() || *choice == "auto") return use;
  if (*choice == "none") {
    use.mode = Mode::none;
  } else if (*choice == "required") {
    use.mode = Mode::required;
  } else if (choice->is_object()) {
    use.mode = Mode::required;
    use.only = read_named(choice->get_object(), fields);
  } else {
    fields.reject("tool_choice", "invalid_value",
                  "must be none, auto, required or an object that names a function");
  }
  return use;
}

model::ToolCall read_call(const json::value& value, const std::string& path, Fields& message) {
  if (!value.is_object()) {
    message.reject("tool_calls", "invalid_type", "must be an array of objects");
    return {};
  }
  Fields call(value.get_object(), path);
  model::ToolCall read{.id = call.text("id").value_or(""), .name = {}, .arguments = {}};
  call.any("index");  // of a stream's deltas, which clients join and send back
  if (read.id.empty()) call.reject("id", "missing_field", "is missing");
  if (read.id.size() > id_bytes_max) call.reject("id", "out_of_range", "is too long");
  if (call.text("type").value_or("function") != "function") {
    call.reject("type", "unsupported_field", "must be \"function\"");
  }
  const json::object* object = call.object("function");
  if (object == nullptr) {
    call.reject("function", "missing_field", "is missing");
  } else {
    Fields function(*object, path + ".function");
    read_call_text(function, read);
    if (const auto error = function.finish()) call.reject(*error);
  }
  if (const auto error = call.finish()) message.reject(*error);
  return read;
}

}  // namespace

model::Tool read_function(Fields& function, const std::string& path) {
  model::Tool tool;
  tool.name = function.text("name").value_or("");
  if (!is_name(tool.name)) function.reject("name", "invalid_value", std::string(name_rule));
  tool.description = function.text("description").value_or("");
  const bool strict = function.flag("strict").value_or(false);
  const json::object* schema = function.object("parameters");
  if (schema == nullptr || schema->empty()) {
    tool.parameters = R"({"type":"object","properties":{}})";
    return tool;
  }
  if (!is_object_schema(*schema)) {
    function.reject("parameters", "invalid_value", "must be a JSON schema of type object");
  } else if (strict) {
    check_strict(*schema, path, function);
  }
  tool.parameters = json::serialize(*schema);
  return tool;
}

void read_each_tool(Fields& fields,
                    const std::function<void(Fields& tool, const std::string& path)>& read) {
  const json::array* list = fields.array("tools");
  if (list == nullptr) return;
  if (list->size() > tools_max) {
    fields.reject("tools", "out_of_range",
                  fmt::format("holds {} tools, at most {} are read", list->size(), tools_max));
  }
  for (std::size_t at = 0; at < list->size() && !fields.failed(); ++at) {
    const json::value& value = (*list)[at];
    if (!value.is_object()) {
      return fields.reject("tools", "invalid_type", "must be an array of objects");
    }
    const std::string path = fmt::format("tools[{}]", at);
    Fields tool(value.get_object(), path);
    read(tool, path);
    if (const auto error = tool.finish()) fields.reject(*error);
  }
}

void read_call_text(Fields& function, model::ToolCall& call) {
  call.name = function.text("name").value_or("");
  call.arguments = function.text("arguments").value_or("");
  if (!is_name(call.name)) function.reject("name", "invalid_value", std::string(name_rule));
  if (!parse_object(call.arguments)) {
    function.reject("arguments", "invalid_value", "must be a JSON object, as text");
  }
}

ToolTerms read_tools(Fields& fields, const ServedModels& models, const std::string& model) {
  ToolTerms terms;
  read_each_tool(fields, [&](Fields& tool, const std::string& path) {
    terms.tools.push_back(read_tool(tool, path));
  });
  terms.use = read_choice(fields);
  check_tools(fields, terms, models, model);
  return terms;
}

void check_tools(Fields& fields, const ToolTerms& terms, const ServedModels& models,
                 const std::string& model) {
  if (terms.tools.empty()) {
    if (terms.use.mode == model::ToolUse::Mode::required) {
      fields.reject("tool_choice", "invalid_value", "asks for a call, and 'tools' holds none");
    }
    return;
  }
  for (auto tool = terms.tools.begin(); tool != terms.tools.end(); ++tool) {
    if (std::ranges::find(terms.tools.begin(), tool, tool->name, &model::Tool::name) != tool) {
      fields.reject("tools", "invalid_value", "holds two functions '" + tool->name + "'");
    }
  }
  const std::string& only = terms.use.only;
  if (!only.empty() &&
      std::ranges::find(terms.tools, only, &model::Tool::name) == terms.tools.end()) {
    fields.reject("tool_choice", "invalid_value",
                  "names '" + only + "', which is not among 'tools'");
  }
  if (!models.named(model).calls_tools) {
    fields.reject("tools", "unsupported_field",
                  "cannot be given to '" + models.named(model).name +
                      "': its chat template has no form for tools; name another model");
  }
}

std::vector<model::ToolCall> read_tool_calls(Fields& message, const std::string& path) {
  std::vector<model::ToolCall> calls;
  const json::array* list = message.array("tool_calls");
  if (list == nullptr) return calls;
  if (list->size() > calls_max) {
    message.reject("tool_calls", "out_of_range",
                   fmt::format("holds {} calls, at most {} are read", list->size(), calls_max));
  }
  for (std::size_t at = 0; at < list->size() && !message.failed(); ++at) {
    calls.push_back(read_call((*list)[at], fmt::format("{}.tool_calls[{}]", path, at), message));
  }
  return calls;
}

void check_calls(const std::vector<model::Message>& messages, std::string_view name,
                 Fields& fields) {
  std::vector<std::string_view> open;  // ids of calls without a result
  const auto refuse_open = [&] {
    if (open.empty()) return;
    fields.reject(name, "invalid_value",
                  fmt::format("must have the result of each call behind it, under its id, before "
                              "anything else is said: there is none of '{}'",
                              open.front()));
  };
  for (const model::Message& message : messages) {
    if (message.role == model::Role::tool) {
      const auto found = std::ranges::find(open, message.call_id);
      if (found == open.end()) {
        fields.reject(name, "invalid_value",
                      fmt::format("must have a call before each result: there is none of '{}'",
                                  message.call_id));
        return;
      }
      open.erase(found);
      continue;
    }
    refuse_open();
    open.clear();
    for (const model::ToolCall& call : message.calls) open.push_back(call.id);
  }
  refuse_open();
}

void take_tools(Fields& fields, ToolTerms terms, std::string_view format, Question& question) {
  if (!terms.tools.empty() && question.shape) {
    fields.reject(format, "invalid_value", "contradicts tools: a text of a schema calls none");
  }
  if (!question.messages.empty() && question.messages.back().role == model::Role::tool) {
    question.retrieval = Retrieval::disabled;
    if (question.grounding == Grounding::required) {
      fields.reject("require_sources", "invalid_value",
                    "contradicts a conversation that ends with a tool's result: no page is read "
                    "for it");
    }
  }
  question.tools = std::move(terms.tools);
  question.tool_use = std::move(terms.use);
}

}  // namespace seekd::daemon
