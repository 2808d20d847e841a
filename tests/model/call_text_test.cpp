#include "model/text/call_text.h"

#include <catch2/catch.hpp>

namespace seekd::model {
namespace {

const std::vector<std::string> kNames = {"look", "look_up"};

TEST_CASE("only what begins with the name of a tool is like a call") {
  const auto like = [](std::string_view text) { return likeness_to_json_call(text, kNames); };
  for (const std::string_view text :
       {"", " ", "{", "{ \"na", R"({"name")", R"({"name": "lo)", R"({"name": "look)"}) {
    CHECK(like(text) == Likeness::beginning);
  }
  CHECK(like(R"( {"name":"look_up")") == Likeness::whole);
  CHECK(like(R"({"name": "look", "para)") == Likeness::whole);
  for (const std::string_view text :
       {"[", "{}", R"({"names)", R"({"name": "other)", R"({"name": 1)"}) {
    CHECK(like(text) == Likeness::none);
  }
}

TEST_CASE("a call's arguments are told as they were written") {
  const auto arguments = [](std::string_view text) {
    const auto call = read_json_call(text);
    return call ? call->name + call->arguments : "none";
  };
  CHECK(arguments(R"({"name": "f", "arguments": {"a":1.50, "b": "}\""}})") ==
        R"(f{"a":1.50, "b": "}\""})");
  CHECK(arguments(R"({"parameters": {"arguments": 1} , "name": "f"})") == R"(f{"arguments": 1})");
  CHECK(arguments(R"({"name": "f"})") == "f{}");
  CHECK(arguments(R"({"name": "f", "arguments": "{}"})") == "none");
  CHECK(arguments(R"({"name": "f", "arguments": [1]})") == "none");
  CHECK(arguments(R"({"name": 1, "arguments": {}})") == "none");
  CHECK(arguments(R"({"name": "f", "arguments": {})") == "none");
  CHECK(arguments(R"([1])") == "none");
}

TEST_CASE("DeepSeek's calls are read between their marks") {
  const auto read = [](ToolForm form, std::string_view text) {
    const CallSyntax syntax{.form = form, .marks = marks_by_name(form), .tokens = {}};
    const auto call = read_parted_call(text, syntax);
    return call ? call->name + call->arguments : "none";
  };
  using enum ToolForm;
  CHECK(read(deepseek_fenced, "function<｜tool▁sep｜>f\n```json\n{\"a\": \"```\"}\n```") ==
        "f{\"a\": \"```\"}");
  CHECK(read(deepseek_fenced, "other<｜tool▁sep｜>f\n```json\n{}\n```") == "none");
  CHECK(read(deepseek_fenced, "function<｜tool▁sep｜>f{}") == "none");
  CHECK(read(deepseek_plain, "f<｜tool▁sep｜> {\"a\":1} ") == "f{\"a\":1}");
  CHECK(read(deepseek_plain, "f<｜tool▁sep｜>") == "none");
  CHECK(read(deepseek_plain, "f{}") == "none");
}

}  // namespace
}  // namespace seekd::model
