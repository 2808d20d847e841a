// What must hold of every answer: however it comes in pieces, the reader gives the same content and
// the same calls, accounts for every byte, and each call is of a known tool with a JSON object.
// The first byte of the input chooses the form and the use of tools, the second how it is cut.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <boost/json.hpp>

#include "model/shape/places.h"
#include "model/shape/tool_grammar.h"
#include "model/text/tool_call_reader.h"

namespace {

using namespace seekd::model;

const std::vector<Tool> tools = {
    {"look", "", R"({"type":"object","properties":{"a":{"type":"integer"}},"required":["a"]})"},
    {"now", "", ""}};

struct Read {
  std::string content;
  std::vector<ToolCall> calls;
  std::size_t bytes = 0;

  bool operator==(const Read&) const = default;
};

void require(bool holds) {
  if (!holds) std::abort();
}

CallSyntax syntax_of(std::uint8_t choice) {
  constexpr ToolForm forms[] = {ToolForm::hermes, ToolForm::llama3, ToolForm::deepseek_fenced,
                                ToolForm::deepseek_plain};
  const ToolForm form = forms[choice % 4];
  CallSyntax syntax{.form = form, .marks = marks_by_name(form), .tokens = {}};
  CallMarks& marks = syntax.marks;
  char number = 0;
  for (std::string* mark : {&marks.calls_begin, &marks.call_begin, &marks.separator,
                            &marks.call_end, &marks.calls_end}) {
    ++number;
    if ((choice & 0x10) != 0 && !mark->empty()) *mark = {mark_byte, number};
  }
  return syntax;
}

void add(Read& read, const std::vector<ToolCallReader::Piece>& pieces) {
  for (const auto& piece : pieces) {
    require(piece.content.empty() || piece.content.size() == piece.read);
    require(!piece.content.contains(mark_byte));
    read.content += piece.content;
    read.bytes += piece.read;
    if (piece.call) read.calls.push_back(*piece.call);
  }
}

Read read_in(std::string_view text, std::size_t step, const CallSyntax& syntax,
             const ToolUse& use) {
  ToolCallReader reader(syntax, tools, use, 1);
  Read read;
  for (std::size_t at = 0; at < text.size() && !reader.done();) {
    std::size_t end = std::min(at + step, text.size());
    // A mark that is a token comes whole.
    while (end < text.size() && text[end - 1] == mark_byte) ++end;
    add(read, reader.push(text.substr(at, end - at)));
    at = end;
  }
  add(read, reader.finish());
  require(reader.done() ? read.bytes <= text.size() : read.bytes == text.size());
  return read;
}

bool is_text_of(const Grammar& grammar, std::string_view text) {
  Frames frames;
  Places here;
  Places next;
  begin_places(grammar, {grammar.start(), Frames::text}, frames, here);
  for (const char byte : text) {
    step_places(grammar, here, static_cast<std::uint8_t>(byte), frames, next);
    std::swap(here, next);
  }
  return here.ended;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2 || size > 10'000) return 0;
  const CallSyntax syntax = syntax_of(data[0]);
  const ToolUse use{.mode = ToolUse::Mode::automatic, .only = {}, .parallel = (data[0] & 8) == 0};
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  const Read whole = read_in(text, text.size() + 1, syntax, use);
  const Read pieces = read_in(text, data[1] % 16 + 1U, syntax, use);
  require(whole == pieces);
  for (const ToolCall& call : whole.calls) {
    require(std::ranges::find(tools, call.name, &Tool::name) != tools.end());
    require(boost::json::parse(call.arguments, {}, {.max_depth = 100}).is_object());
  }
  // A text that the grammar lets through is read as what it is.
  ToolUse required = use;
  required.mode = ToolUse::Mode::required;
  const auto grammar = compile_tool_calls(tools, required, syntax);
  require(grammar.has_value());
  if (is_text_of(*grammar, text)) require(!whole.calls.empty() && whole.content.empty());
  return 0;
}
