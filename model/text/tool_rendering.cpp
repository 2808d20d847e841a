#include "model/text/tool_rendering.h"

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "model/text/template_json.h"

namespace seekd::model {
namespace {

namespace json = boost::json;

constexpr std::size_t depth_max = 100;

// As an API's request has it.
std::string definition(const Tool& tool, JsonLayout layout) {
  boost::system::error_code error;
  json::value parameters = json::parse(tool.parameters, error, {}, {.max_depth = depth_max});
  json::object function{{"name", tool.name}};
  if (!tool.description.empty()) function.emplace("description", tool.description);
  if (!error) function.emplace("parameters", std::move(parameters));
  return template_json(json::object{{"type", "function"}, {"function", std::move(function)}},
                       layout);
}

}  // namespace

void write_hermes_tools(std::span<const Tool> tools, bool behind_text, Prompt& prompt) {
  if (tools.empty()) return;
  prompt.text(behind_text ? "\n\n" : "")
      .text(
          "# Tools\n\nYou may call one or more functions to assist with the user query.\n\n"
          "You are provided with function signatures within <tools></tools> XML tags:\n<tools>");
  for (const Tool& tool : tools) prompt.text("\n").text(definition(tool, JsonLayout::one_line));
  prompt.words(
      "\n</tools>\n\nFor each function call, return a json object with function name and arguments "
      "within <tool_call></tool_call> XML tags:\n<tool_call>\n"
      "{\"name\": <function-name>, \"arguments\": <args-json-object>}\n</tool_call>",
      hermes_marks);
}

void write_hermes_calls(const Message& message, Prompt& prompt) {
  const CallWords words = call_words(ToolForm::hermes, marks_by_name(ToolForm::hermes));
  bool first = message.content.empty();
  for (const ToolCall& call : message.calls) {
    prompt.words(std::exchange(first, false) ? words.opening : words.between, hermes_marks);
    prompt.text(call.name).text(words.behind_name);
    prompt.text(respace_json(call.arguments, JsonLayout::one_line));
    prompt.words(words.closing, hermes_marks);
  }
}

void write_llama3_tools(std::span<const Tool> tools, Prompt& prompt) {
  prompt.text(
      "Given the following functions, please respond with a JSON for a function call with its "
      "proper arguments that best answers the given prompt.\n\nRespond in the format {\"name\": "
      "function name, \"parameters\": dictionary of argument name and its value}.Do not use "
      "variables.\n\n");
  for (const Tool& tool : tools) prompt.text(definition(tool, JsonLayout::indented)).text("\n\n");
}

void write_llama3_call(const ToolCall& call, Prompt& prompt) {
  const CallWords words = call_words(ToolForm::llama3, {});
  prompt.text(words.opening).text(call.name).text(words.behind_name);
  prompt.text(respace_json(call.arguments, JsonLayout::one_line)).text(words.closing);
}

// The template writes it as JSON, a text in quotes.
void write_llama3_result(std::string_view content, Prompt& prompt) {
  prompt.text(template_json_string(content));
}

void write_fenced_tools(std::span<const Tool> tools, Prompt& prompt) {
  if (tools.empty()) return;
  prompt.words(
      "\n\nYou are a helpful assistant with tool calling capabilities. When a tool call is needed, "
      "you MUST use the following format to issue the call:\n"
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>FUNCTION_NAME\n"
      "```json\n{\"param1\": \"value1\", \"param2\": \"value2\"}\n```<｜tool▁call▁end｜>"
      "<｜tool▁calls▁end｜>\n\n"
      "Make sure the JSON is valid.## Tools\n\n### Function\n\nYou have the following functions "
      "available:\n\n",
      deepseek_marks);
  for (const Tool& tool : tools) {
    prompt.text("\n```json\n").text(definition(tool, JsonLayout::one_line)).text("\n```\n");
  }
}

void write_plain_tools(std::span<const Tool> tools, Prompt& prompt) {
  if (tools.empty()) return;
  prompt.text("\n\n## Tools\nYou have access to the following tools:\n");
  for (const Tool& tool : tools) {
    prompt.text("\n### ").text(tool.name).text("\nDescription: ").text(tool.description);
    prompt.text("\n\nParameters: ").text(respace_json(tool.parameters, JsonLayout::one_line));
    prompt.text("\n");
  }
  prompt.words(
      "\nIMPORTANT: ALWAYS adhere to this exact format for tool use:\n"
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>tool_call_name<｜tool▁sep｜>tool_call_arguments"
      "<｜tool▁call▁end｜>{{additional_tool_calls}}<｜tool▁calls▁end｜>\n\n"
      "Where:\n\n"
      "- `tool_call_name` must be an exact match to one of the available tools\n"
      "- `tool_call_arguments` must be valid JSON that strictly follows the tool's Parameters "
      "Schema\n"
      "- For multiple tool calls, chain them directly without separators or spaces\n",
      deepseek_marks);
}

void write_deepseek_calls(const Message& message, ToolForm form, Prompt& prompt) {
  if (message.calls.empty()) return;
  const CallWords words = call_words(form, marks_by_name(form));
  bool first = true;
  for (const ToolCall& call : message.calls) {
    prompt.words(std::exchange(first, false) ? words.opening : words.between, deepseek_marks);
    prompt.text(call.name).words(words.behind_name, deepseek_marks);
    prompt.text(call.arguments).words(words.closing, deepseek_marks);
  }
  prompt.words(words.ending, deepseek_marks);
}

void write_deepseek_result(std::string_view content, Prompt& prompt) {
  prompt.token("<｜tool▁output▁begin｜>").text(content).token("<｜tool▁output▁end｜>");
}

void DeepSeekResults::write(std::string_view content) {
  if (std::exchange(open_, true)) {
    prompt_.text("\n");
  } else {
    prompt_.token("<｜tool▁outputs▁begin｜>");
  }
  write_deepseek_result(content, prompt_);
}

bool DeepSeekResults::end() {
  if (open_) prompt_.token("<｜tool▁outputs▁end｜>");
  return std::exchange(open_, false);
}

}  // namespace seekd::model
