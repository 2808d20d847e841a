#include "model/text/tool_call_reader.h"

#include <catch2/catch.hpp>

namespace seekd::model {
namespace {

using Piece = ToolCallReader::Piece;

const std::vector<Tool> kTools = {{"look", "", "{}"}, {"now", "", "{}"}};

CallSyntax by_name(ToolForm form) {
  return {.form = form, .marks = marks_by_name(form), .tokens = {}};
}

// DeepSeek's, with a token for each mark.
CallSyntax by_token() {
  CallSyntax syntax{.form = ToolForm::deepseek_plain, .marks = {}, .tokens = {}};
  TokenId token = 0;
  for (std::string* mark :
       {&syntax.marks.calls_begin, &syntax.marks.call_begin, &syntax.marks.separator,
        &syntax.marks.call_end, &syntax.marks.calls_end}) {
    *mark = {mark_byte, static_cast<char>(++token)};
    syntax.tokens.emplace_back(token, *mark);
  }
  return syntax;
}

struct Read {
  std::string content;
  std::vector<std::string> calls;
  std::size_t bytes = 0;
  bool done = false;

  bool operator==(const Read&) const = default;
};

void add(Read& read, const std::vector<Piece>& pieces) {
  for (const Piece& piece : pieces) {
    CHECK((piece.content.empty() || piece.content.size() == piece.read));
    read.content += piece.content;
    read.bytes += piece.read;
    if (piece.call) read.calls.push_back(piece.call->name + piece.call->arguments);
  }
}

Read read_in(const std::vector<std::string>& parts, const CallSyntax& syntax,
             const ToolUse& use = {}) {
  ToolCallReader reader(syntax, kTools, use, 7);
  Read read;
  for (const std::string& part : parts) add(read, reader.push(part));
  add(read, reader.finish());
  read.done = reader.done();
  return read;
}

// The same wherever the text is cut.
Read read_all(const std::string& text, const CallSyntax& syntax, const ToolUse& use = {}) {
  const Read whole = read_in({text}, syntax, use);
  std::vector<std::string> bytes;
  for (const char byte : text) bytes.emplace_back(1, byte);
  CHECK(read_in(bytes, syntax, use).content == whole.content);
  CHECK(read_in(bytes, syntax, use).calls == whole.calls);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    const Read cut = read_in({text.substr(0, at), text.substr(at)}, syntax, use);
    CAPTURE(text, at);
    CHECK(cut.content == whole.content);
    CHECK(cut.calls == whole.calls);
  }
  return whole;
}

const std::string kLook =
    "<tool_call>\n{\"name\": \"look\", \"arguments\": {\"a\": 1}}\n</tool_call>";
const std::string kNow = "<tool_call>\n{\"name\": \"now\", \"arguments\": {}}\n</tool_call>";

TEST_CASE("calls are told apart from the text before them, wherever the text is cut") {
  const Read read = read_all("I look.\n\n" + kLook + "\n" + kNow + "\n", by_name(ToolForm::hermes));
  CHECK(read.content == "I look.");
  CHECK(read.calls == std::vector<std::string>{"look{\"a\": 1}", "now{}"});
}

TEST_CASE("every byte of a text is read once") {
  const std::string text = " a <tool " + kLook + " b " + kNow + " <tool_cal";
  CHECK(read_in({text}, by_name(ToolForm::hermes)).bytes == text.size());
}

TEST_CASE("what is no call stays content") {
  const CallSyntax hermes = by_name(ToolForm::hermes);
  for (const std::string text :
       {"plain", "", " a < b <tool_cal ", "<tool_call>\n{\"name\": \"other\"}\n</tool_call> x",
        "<tool_call>{\"name\": \"look\", \"arguments\": [}</tool_call>",
        "a <tool_call>\n{\"name\": \"look\", \"argu", "</tool_call>", "<tool_call><tool_call>"}) {
    const Read read = read_all(text, hermes);
    CHECK(read.content == text);
    CHECK(read.calls.empty());
  }
}

TEST_CASE("a call is read behind one that is none") {
  const Read read = read_all("<tool_call>no</tool_call>\n" + kNow, by_name(ToolForm::hermes));
  CHECK(read.content == "<tool_call>no</tool_call>");
  CHECK(read.calls == std::vector<std::string>{"now{}"});
}

TEST_CASE("a whole call whose last mark is missing at the end is one") {
  const Read read = read_all("<tool_call>\n{\"name\": \"now\"}", by_name(ToolForm::hermes));
  CHECK(read.calls == std::vector<std::string>{"now{}"});
}

TEST_CASE("where calls are not made in parallel, the first ends the answer") {
  const ToolUse one{.mode = ToolUse::Mode::automatic, .only = {}, .parallel = false};
  const Read read = read_all(kLook + "\n" + kNow, by_name(ToolForm::hermes), one);
  CHECK(read.calls.size() == 1);
  CHECK(read.content.empty());
  CHECK(read.done);
}

TEST_CASE("DeepSeek's calls are read with marks that are text") {
  const Read read = read_all(
      "Well.<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>look\n```json\n{\"a\":"
      "1}\n"
      "```<｜tool▁call▁end｜>\n<｜tool▁call▁begin｜>function<｜tool▁sep｜>now\n```json\n{}\n```"
      "<｜tool▁call▁end｜><｜tool▁calls▁end｜>",
      by_name(ToolForm::deepseek_fenced));
  CHECK(read.content == "Well.");
  CHECK(read.calls == std::vector<std::string>{"look{\"a\":1}", "now{}"});
  CHECK(read.done);
}

TEST_CASE("marks that are tokens begin calls, and their names as text do not") {
  const CallSyntax syntax = by_token();
  const std::string call = syntax.marks.calls_begin + syntax.marks.call_begin + "now" +
                           syntax.marks.separator + "{}" + syntax.marks.call_end +
                           syntax.marks.calls_end;
  CHECK(*ToolCallReader(syntax, kTools, {}, 1).mark_of(2) == syntax.marks.call_begin);
  CHECK(ToolCallReader(syntax, kTools, {}, 1).mark_of(9) == nullptr);
  CHECK(read_all(call, syntax).calls == std::vector<std::string>{"now{}"});
  const std::string named =
      "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>now<｜tool▁sep｜>{}<｜tool▁call▁end｜><"
      "｜tool▁calls▁end｜>";
  CHECK(read_all(named, syntax).content == named);
  // What is none has no marks in it either, since they are no text.
  const std::string unknown = syntax.marks.calls_begin + syntax.marks.call_begin + "other" +
                              syntax.marks.separator + "{}" + syntax.marks.call_end + "x";
  CHECK(read_all(unknown, syntax).content == "other{}x");
}

TEST_CASE("Llama's call is the whole answer, and other JSON is content at once") {
  const CallSyntax llama = by_name(ToolForm::llama3);
  const Read read = read_all(R"( {"name": "look", "parameters": {"a": "}\""}})", llama);
  CHECK(read.calls == std::vector<std::string>{R"(look{"a": "}\""})"});
  CHECK(read.content.empty());
  const std::string other = R"({"name": "Ada", "parameters": {}})";
  CHECK(read_all(other, llama).content == other);
  ToolCallReader reader(llama, kTools, {}, 1);
  const auto pieces = reader.push(R"({"city)");
  REQUIRE(pieces.size() == 1);
  CHECK(pieces[0].content == R"({"city)");
}

TEST_CASE("ids are of the seed and the call's place") {
  const auto ids = [](std::uint64_t seed) {
    ToolCallReader reader(by_name(ToolForm::hermes), kTools, {}, seed);
    std::vector<std::string> all;
    for (const Piece& piece : reader.push(kLook + kNow)) {
      if (piece.call) all.push_back(piece.call->id);
    }
    return all;
  };
  const auto first = ids(1);
  REQUIRE(first.size() == 2);
  CHECK(first[0] != first[1]);
  CHECK(first == ids(1));
  CHECK(first[0] != ids(2)[0]);
  CHECK(first[0].starts_with("call_"));
  CHECK(first[0].size() == 29);
}

TEST_CASE("what is held back is bounded, and so is the number of calls") {
  ToolCallReader reader(by_name(ToolForm::hermes), kTools, {}, 1);
  std::size_t told = 0;
  const std::string much(ToolCallReader::held_max / 4, 'a');
  (void)reader.push("<tool_call>");
  for (int i = 0; i < 6; ++i) {
    for (const Piece& piece : reader.push(much)) told += piece.content.size();
  }
  CHECK(told > ToolCallReader::held_max);
  std::string many;
  for (std::size_t i = 0; i < ToolCallReader::calls_max + 5; ++i) many += kNow;
  const Read read = read_in({many}, by_name(ToolForm::hermes));
  CHECK(read.calls.size() == ToolCallReader::calls_max);
  CHECK(read.done);
}

}  // namespace
}  // namespace seekd::model
