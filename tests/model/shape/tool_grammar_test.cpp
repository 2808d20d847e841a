#include "model/shape/tool_grammar.h"

#include <algorithm>

#include <catch2/catch.hpp>

#include "tests/model/shape/written_text.h"

namespace seekd::model {
namespace {

using Mode = ToolUse::Mode;

const std::vector<Tool> kTools = {
    {"look", "", R"({"type":"object","properties":{"city":{"enum":["Oslo","Rome"]},
        "note":{"type":"string","maxLength":3}},"required":["city"]})"},
    {"look_up", "", R"({"type":"object","properties":{"id":{"type":"string","maxLength":9}},
        "required":["id"]})"},
    {"now", "", ""},
    {"odd", "", R"({"type":"object","patternProperties":{"a":{}}})"}};

CallSyntax syntax_of(ToolForm form) {
  return {.form = form, .marks = marks_by_name(form), .tokens = {}};
}

CallSyntax token_syntax() {
  return {.form = ToolForm::deepseek_plain,
          .marks = {.calls_begin = "\xFF\x01",
                    .call_begin = "\xFF\x02",
                    .separator = "\xFF\x03",
                    .call_end = "\xFF\x04",
                    .calls_end = "\xFF\x05"},
          .tokens = {}};
}

Grammar grammar_of(const CallSyntax& syntax, const ToolUse& use) {
  auto grammar = compile_tool_calls(kTools, use, syntax);
  REQUIRE(grammar);
  return *std::move(grammar);
}

bool may_begin(const Grammar& grammar, std::string_view text) {
  Frames frames;
  return !places_after(grammar, text, frames).none();
}

std::string hermes(std::string_view name, std::string_view arguments) {
  return "<tool_call>\n{\"name\": \"" + std::string(name) +
         "\", \"arguments\": " + std::string(arguments) + "}\n</tool_call>";
}

TEST_CASE("a required answer is calls, with arguments of their tool's schema") {
  const Grammar grammar = grammar_of(syntax_of(ToolForm::hermes), {.mode = Mode::required});
  const std::string look = hermes("look", R"({"city": "Oslo"})");
  CHECK(is_text_of(grammar, look));
  CHECK(is_text_of(grammar, look + "\n" + hermes("now", "{}")));
  CHECK(is_text_of(grammar, hermes("look_up", R"({"id": "123456789"})")));
  CHECK(is_text_of(grammar, hermes("look", R"({"city": "Rome", "note": "abc"})")));
  for (const std::string& other : {std::string(), std::string("Hello"), look + " and",
                                   hermes("look", "{}"), hermes("look", R"({"city": "Bonn"})"),
                                   hermes("look", R"({"city": "Rome", "note": "abcd"})"),
                                   hermes("look_up", R"({"city": "Oslo"})"), hermes("other", "{}"),
                                   hermes("now", R"({"a": 1})")}) {
    CAPTURE(other);
    CHECK_FALSE(is_text_of(grammar, other));
  }
}

TEST_CASE("a named tool is the one that is called, and once where calls are not parallel") {
  const Grammar grammar = grammar_of(syntax_of(ToolForm::hermes),
                                     {.mode = Mode::required, .only = "now", .parallel = false});
  CHECK(is_text_of(grammar, hermes("now", "{}")));
  CHECK_FALSE(may_begin(grammar, hermes("now", "{}") + "\n"));
  CHECK_FALSE(may_begin(grammar, "<tool_call>\n{\"name\": \"look"));
}

TEST_CASE("a schema that cannot be honoured is one of any object") {
  const Grammar grammar = grammar_of(syntax_of(ToolForm::hermes), {.mode = Mode::required});
  CHECK(is_text_of(grammar, hermes("odd", R"({"a": [1, {"b": null}]})")));
  CHECK_FALSE(may_begin(grammar, "<tool_call>\n{\"name\": \"odd\", \"arguments\": 1"));
}

TEST_CASE("text is free until a call has begun, and is a call from there on") {
  const Grammar grammar = grammar_of(syntax_of(ToolForm::hermes), {});
  for (const std::string free :
       {"", "Hello <tool> <tool_cal <<tool_", "\xC3\xA9\n", "</tool_call>"}) {
    CAPTURE(free);
    CHECK(is_text_of(grammar, free));
    CHECK(is_text_of(grammar, free + hermes("now", "{}")));
    CHECK_FALSE(is_text_of(grammar, free + "<tool_call>"));
    CHECK_FALSE(may_begin(grammar, free + "<tool_call>\n{\"name\": \"other"));
    CHECK_FALSE(may_begin(grammar, free + hermes("now", "{}") + "x"));
  }
}

TEST_CASE("where no call is wanted none begins") {
  const Grammar hermes_none = grammar_of(syntax_of(ToolForm::hermes), {.mode = Mode::none});
  CHECK(is_text_of(hermes_none, "<tool_call <tool_call"));
  CHECK_FALSE(may_begin(hermes_none, "a <tool_call>"));
  const Grammar llama_none = grammar_of(syntax_of(ToolForm::llama3), {.mode = Mode::none});
  CHECK(is_text_of(llama_none, R"({"name": "now", "other": 1})"));
  CHECK_FALSE(may_begin(llama_none, R"({"name": "now", "parameters": )"));
}

TEST_CASE("Llama's call is told by how the answer begins") {
  const Grammar grammar = grammar_of(syntax_of(ToolForm::llama3), {});
  CHECK(is_text_of(grammar, ""));
  CHECK(is_text_of(grammar, R"({"name": "now", "parameters": {}})"));
  CHECK(is_text_of(grammar, R"({"name": "look_up", "parameters": {"id": ""}})"));
  CHECK(is_text_of(grammar, R"({"name": "Ada", "parameters": [1]})"));
  CHECK(is_text_of(grammar, R"(See {"name": "now", "parameters": )"));
  CHECK(is_text_of(grammar, R"({"name": "look)"));
  CHECK_FALSE(may_begin(grammar, R"({"name": "now", "parameters": [)"));
  CHECK_FALSE(may_begin(grammar, R"({"name": "now", "parameters": {}}x)"));
  const Grammar required = grammar_of(syntax_of(ToolForm::llama3), {.mode = Mode::required});
  CHECK(is_text_of(required, R"({"name": "now", "parameters": {}})"));
  CHECK_FALSE(may_begin(required, "See"));
}

TEST_CASE("DeepSeek's calls stand in their frame, by tokens where there are some") {
  const Grammar grammar = grammar_of(token_syntax(), {});
  const std::string call = "\xFF\x02now\xFF\x03{}\xFF\x04";
  CHECK(is_text_of(grammar, "Well.\xFF\x01" + call + "\xFF\x05"));
  CHECK(is_text_of(grammar, "\xFF\x01" + call + call + "\xFF\x05"));
  CHECK(is_text_of(grammar, "<｜tool▁calls▁begin｜> as text"));
  CHECK_FALSE(is_text_of(grammar, "\xFF\x01" + call));
  CHECK_FALSE(may_begin(grammar, "Well.\xFF\x02"));
  CHECK_FALSE(may_begin(grammar, "\xFF\x01\xFF\x05"));
  const CallSyntax fenced = syntax_of(ToolForm::deepseek_fenced);
  const CallWords words = call_words(fenced.form, fenced.marks);
  CHECK(is_text_of(grammar_of(fenced, {.mode = Mode::required}),
                   words.opening + "now" + words.behind_name + "{}" + words.closing +
                       words.between + "look" + words.behind_name + "{\"city\": \"Rome\"}" +
                       words.closing + words.ending));
}

TEST_CASE("a schema that no object is valid by leaves its tool callable") {
  for (const char* const parameters :
       {R"({"type":"object","required":["a"],"additionalProperties":false})",
        R"({"type":"string"})", R"({"$ref":"#/$defs/a","$defs":{"a":{"type":"string"}}})", "[]"}) {
    const std::vector<Tool> one = {{"f", "", parameters}};
    const auto grammar =
        compile_tool_calls(one, {.mode = Mode::required}, syntax_of(ToolForm::hermes));
    CAPTURE(parameters);
    REQUIRE(grammar);
    CHECK(is_text_of(*grammar, hermes("f", "{}")));
    CHECK_FALSE(may_begin(*grammar, "<tool_call>\n{\"name\": \"f\", \"arguments\": \""));
  }
}

TEST_CASE("strings that are counted in several tools are told apart") {
  const std::vector<Tool> two = {
      {"f", "", R"({"type":"object","properties":{"a":{"type":"string","maxLength":2}},
          "required":["a"]})"},
      {"g", "", R"({"type":"object","properties":{"a":{"type":"string","minLength":3,
          "maxLength":4}},"required":["a"]})"}};
  const auto grammar =
      compile_tool_calls(two, {.mode = Mode::required}, syntax_of(ToolForm::hermes));
  REQUIRE(grammar);
  CHECK(is_text_of(*grammar, hermes("f", R"({"a": "xy"})")));
  CHECK_FALSE(is_text_of(*grammar, hermes("f", R"({"a": "xyz"})")));
  CHECK(is_text_of(*grammar, hermes("g", R"({"a": "xyz"})")));
  CHECK_FALSE(is_text_of(*grammar, hermes("g", R"({"a": "xy"})")));
  std::vector<std::uint32_t> groups;
  for (StateId state = 0; state < grammar->size(); ++state) {
    groups.push_back(grammar->count(state).group);
  }
  std::ranges::sort(groups);
  const auto repeated = std::ranges::unique(groups);
  groups.erase(repeated.begin(), repeated.end());
  CHECK(groups == std::vector<std::uint32_t>{0, 1, 2});
}

TEST_CASE("tools that are too much for one grammar are held to any object") {
  std::vector<Tool> many;
  for (int i = 0; i < 128; ++i) {
    many.push_back({"tool_" + std::to_string(i), "",
                    R"({"type":"object","properties":{"a":{"type":"string","maxLength":2000}},
                        "required":["a"]})"});
  }
  const auto grammar =
      compile_tool_calls(many, {.mode = Mode::required}, syntax_of(ToolForm::hermes));
  REQUIRE(grammar);
  CHECK(is_text_of(*grammar, hermes("tool_127", "{\"b\": 1}")));
}

}  // namespace
}  // namespace seekd::model
