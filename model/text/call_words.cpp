#include "model/text/call_words.h"

namespace seekd::model {

CallMarks marks_by_name(ToolForm form) {
  const auto name = [](std::string_view text) { return std::string(text); };
  switch (form) {
    case ToolForm::none:
    case ToolForm::llama3:
      return {};
    case ToolForm::hermes:
      return {.calls_begin = {},
              .call_begin = name(hermes_marks[0]),
              .separator = {},
              .call_end = name(hermes_marks[1]),
              .calls_end = {}};
    case ToolForm::deepseek_fenced:
    case ToolForm::deepseek_plain:
      return {.calls_begin = name(deepseek_marks[0]),
              .call_begin = name(deepseek_marks[1]),
              .separator = name(deepseek_marks[2]),
              .call_end = name(deepseek_marks[3]),
              .calls_end = name(deepseek_marks[4])};
  }
  return {};
}

CallWords call_words(ToolForm form, const CallMarks& marks) {
  const std::string json_name = R"({"name": ")";
  const std::string function = marks.call_begin + "function" + marks.separator;
  switch (form) {
    case ToolForm::none:
      return {};
    case ToolForm::hermes:
      return {.opening = marks.call_begin + "\n" + json_name,
              .behind_name = R"(", "arguments": )",
              .closing = "}\n" + marks.call_end,
              .between = "\n" + marks.call_begin + "\n" + json_name,
              .ending = {}};
    case ToolForm::llama3:
      return {.opening = json_name,
              .behind_name = R"(", "parameters": )",
              .closing = "}",
              .between = {},
              .ending = {}};
    case ToolForm::deepseek_fenced:
      return {.opening = marks.calls_begin + function,
              .behind_name = "\n```json\n",
              .closing = "\n```" + marks.call_end,
              .between = "\n" + function,
              .ending = marks.calls_end};
    case ToolForm::deepseek_plain:
      return {.opening = marks.calls_begin + marks.call_begin,
              .behind_name = marks.separator,
              .closing = marks.call_end,
              .between = marks.call_begin,
              .ending = marks.calls_end};
  }
  return {};
}

}  // namespace seekd::model
