// How calls of tools are written, by the form that a model was trained on.
//
// A mark that is one token of the vocabulary is told apart from the same characters as text: in the
// bytes of an answer it stands as 0xFF and a number, which no UTF-8 has. Where the vocabulary has
// no such token the mark is its name. Pure; any thread.

#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/text/tokenizer.h"

namespace seekd::model {

enum class ToolForm : std::uint8_t {
  none,
  hermes,           // Qwen2.5, Hermes: <tool_call>\n{"name": …, "arguments": …}\n</tool_call>
  llama3,           // 3.1 and later: {"name": …, "parameters": …} is the whole answer
  deepseek_fenced,  // V3, R1: …function<｜tool▁sep｜>NAME\n```json\n…\n```…
  deepseek_plain,   // V3.1: …NAME<｜tool▁sep｜>…
};

// Each as its name, or as the bytes that stand for its token; empty where the form has none.
struct CallMarks {
  std::string calls_begin;
  std::string call_begin;
  std::string separator;
  std::string call_end;
  std::string calls_end;
};

constexpr char mark_byte = '\xFF';  // begins a mark that is a token

constexpr std::array<std::string_view, 5> deepseek_marks = {
    "<｜tool▁calls▁begin｜>", "<｜tool▁call▁begin｜>", "<｜tool▁sep｜>", "<｜tool▁call▁end｜>",
    "<｜tool▁calls▁end｜>"};
constexpr std::array<std::string_view, 2> hermes_marks = {"<tool_call>", "</tool_call>"};

// By their names.
CallMarks marks_by_name(ToolForm form);

// What stands about the names and arguments of an answer's calls.
struct CallWords {
  std::string opening;  // before the first call's name
  std::string behind_name;
  std::string closing;  // behind the arguments
  std::string between;  // behind `closing` and before the next name; empty: there is one call
  std::string ending;   // behind the last call
};

CallWords call_words(ToolForm form, const CallMarks& marks);

// The form as a vocabulary has it.
struct CallSyntax {
  ToolForm form = ToolForm::none;
  CallMarks marks;
  std::vector<std::pair<TokenId, std::string>> tokens;  // that are marks, and their bytes

  // What shows that calls follow; empty of llama3, whose calls have no mark.
  const std::string& begin() const {
    return marks.calls_begin.empty() ? marks.call_begin : marks.calls_begin;
  }
};

}  // namespace seekd::model
