#include "daemon/api/response_tools.h"

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/web_search_tool.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

struct Listed {
  std::vector<model::Tool> functions;
  std::size_t searches = 0;
};

void read_tool(Fields& tool, const std::string& path, Question& question, Listed& listed) {
  const std::string type = tool.text("type").value_or("");
  if (type == "function") {
    listed.functions.push_back(read_function(tool, path));
  } else if (is_web_search(type)) {
    ++listed.searches;
    read_web_search(tool, path, question);
  } else {
    tool.reject("type", "unsupported_field", "is not served: there are web_search and function");
  }
}

Listed read_list(Fields& fields, Question& question) {
  Listed listed;
  read_each_tool(fields, [&](Fields& tool, const std::string& path) {
    read_tool(tool, path, question, listed);
  });
  if (listed.searches > 1) fields.reject("tools", "out_of_range", "holds web_search twice");
  return listed;
}

enum class Chosen : std::uint8_t { automatic, none, required, search, function };

struct Choice {
  Chosen chosen = Chosen::automatic;
  std::string name;  // of the function
};

// {"type": "function", "name": …}, or {"type": "web_search"}
Choice read_named(const json::object& object, Fields& fields) {
  Fields named(object, "tool_choice");
  const std::string type = named.text("type").value_or("");
  Choice choice;
  if (type == "function") {
    choice = {Chosen::function, named.text("name").value_or("")};
    if (choice.name.empty()) named.reject("name", "missing_field", "is missing");
  } else if (is_web_search(type)) {
    choice.chosen = Chosen::search;
  } else {
    named.reject("type", "unsupported_field", "is no tool that is served");
  }
  if (const auto error = named.finish()) fields.reject(*error);
  return choice;
}

Choice read_choice(Fields& fields) {
  const json::value* choice = fields.any("tool_choice");
  if (choice != nullptr && choice->is_object()) return read_named(choice->get_object(), fields);
  const std::string name = fields.text("tool_choice").value_or("auto");
  if (name == "none") return {Chosen::none, ""};
  if (name == "required") return {Chosen::required, ""};
  if (name != "auto") {
    fields.reject("tool_choice", "invalid_value", "must be auto, required, none or a tool");
  }
  return {};
}

model::ToolUse use_of(const Choice& choice, bool searches, bool parallel) {
  using Mode = model::ToolUse::Mode;
  switch (choice.chosen) {
    case Chosen::automatic:
      return {Mode::automatic, "", parallel};
    case Chosen::none:
    case Chosen::search:
      return {Mode::none, "", parallel};
    case Chosen::required:  // a search is a use of a tool
      return {searches ? Mode::automatic : Mode::required, "", parallel};
    case Chosen::function:
      break;
  }
  return {Mode::required, choice.name, parallel};
}

}  // namespace

ResponseTools read_response_tools(Fields& fields, const ServedModels& models, Question& question) {
  const Choice choice = read_choice(fields);
  Listed listed = read_list(fields, question);
  const bool searches = listed.searches > 0;
  if (choice.chosen == Chosen::search && !searches) {
    fields.reject("tool_choice", "invalid_value", "names a tool that 'tools' does not hold");
  }
  const bool parallel = fields.flag("parallel_tool_calls").value_or(true);
  ResponseTools tools{
      .functions = {std::move(listed.functions), use_of(choice, searches, parallel)}};
  check_tools(fields, tools.functions, models, question.model);
  tools.searches = searches && choice.chosen != Chosen::none && choice.chosen != Chosen::function;
  return tools;
}

}  // namespace seekd::daemon
