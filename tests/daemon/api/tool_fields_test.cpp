// Tools of a chat request: what is read of them, and what is refused by its place.

#include "daemon/api/tool_fields.h"

#include <catch2/catch.hpp>

#include "daemon/api/chat_request.h"

namespace seekd::daemon {
namespace {

using Mode = model::ToolUse::Mode;

const Scope readable{.collections = {"web"}, .restricted = {}};

constexpr std::string_view weather =
    R"({"type": "function", "function": {"name": "get_weather", "description": "Of a city.",
        "parameters": {"type": "object", "properties": {"city": {"type": "string"}},
                       "required": ["city"]}}})";

std::expected<ChatRequest, ApiError> parse(std::string_view body, bool calls_tools = true) {
  model::ModelInfo model;
  model.name = "SmolLM2";
  model.calls_tools = calls_tools;
  return parse_chat_request(body, model, {}, readable);
}

std::string ask(const std::string& fields,
                const std::string& messages = R"({"role": "user", "content": "Hello"})") {
  return R"({"messages": [)" + messages + "], " + fields + "}";
}

std::string with_weather(const std::string& fields = R"("stream": false)") {
  return ask(R"("tools": [)" + std::string(weather) + "], " + fields);
}

TEST_CASE("a tool is its name, its description and its schema, and may be called or not") {
  const auto request = parse(with_weather());
  REQUIRE(request);
  REQUIRE(request->question.tools.size() == 1);
  const model::Tool& tool = request->question.tools[0];
  CHECK(tool.name == "get_weather");
  CHECK(tool.description == "Of a city.");
  CHECK(tool.parameters ==
        R"({"type":"object","properties":{"city":{"type":"string"}},"required":["city"]})");
  CHECK(request->question.tool_use == model::ToolUse{});
}

TEST_CASE("a function without parameters takes an empty object") {
  const auto request =
      parse(ask(R"("tools": [{"type": "function", "function": {"name": "now"}}])"));
  REQUIRE(request);
  CHECK(request->question.tools.at(0).parameters == R"({"type":"object","properties":{}})");
}

TEST_CASE("tool_choice says if one is called, and which") {
  CHECK(parse(with_weather(R"("tool_choice": "none")"))->question.tool_use.mode == Mode::none);
  CHECK(parse(with_weather(R"("tool_choice": "auto")"))->question.tool_use.mode == Mode::automatic);
  CHECK(parse(with_weather(R"("tool_choice": "required")"))->question.tool_use.mode ==
        Mode::required);
  const auto named = parse(with_weather(
      R"("tool_choice": {"type": "function", "function": {"name": "get_weather"}},
         "parallel_tool_calls": false)"));
  REQUIRE(named);
  CHECK(named->question.tool_use == model::ToolUse{Mode::required, "get_weather", false});
  CHECK(parse(ask(R"("tools": [], "tool_choice": "auto")")));
}

TEST_CASE("with tools nothing is read that is not asked for") {
  CHECK(parse(with_weather())->question.retrieval == Retrieval::disabled);
  CHECK(parse(with_weather(R"("search_domain_filter": ["debian.org"])"))->question.retrieval ==
        Retrieval::disabled);
  for (const auto* wish : {R"("web_search_options": {})", R"("urls": ["https://a.example.org/"])",
                           R"("max_age": 60)", R"("require_sources": true)"}) {
    CAPTURE(wish);
    const auto request = parse(with_weather(wish));
    REQUIRE(request);
    CHECK(request->question.retrieval == Retrieval::enabled);
  }
  CHECK(parse(ask(R"("tools": [])"))->question.retrieval == Retrieval::enabled);
}

constexpr std::string_view called = R"({"role": "user", "content": "Weather in Bonn?"},
  {"role": "assistant", "content": null, "tool_calls": [
    {"id": "call_1", "type": "function",
     "function": {"name": "get_weather", "arguments": "{\"city\": \"Bonn\"}"}}]})";
constexpr std::string_view answered = R"({"role": "tool", "tool_call_id": "call_1",
                                          "content": "18 degrees"})";

TEST_CASE("a conversation may end with what a tool gave back, for which nothing is read") {
  const auto request = parse(ask(R"("urls": ["https://a.example.org/"])",
                                 std::string(called) + ", " + std::string(answered)));
  REQUIRE(request);
  const auto& messages = request->question.messages;
  REQUIRE(messages.size() == 3);
  CHECK(messages[1].content.empty());
  CHECK(messages[1].calls.at(0) == model::ToolCall{"call_1", "get_weather", R"({"city": "Bonn"})"});
  CHECK(messages[2].role == model::Role::tool);
  CHECK(messages[2].call_id == "call_1");
  CHECK(request->question.text() == "Weather in Bonn?");
  CHECK(request->question.retrieval == Retrieval::disabled);
}

struct Bad {
  std::string body;
  std::string param;
};

TEST_CASE("what is wrong with tools is named by its place") {
  const std::string tool = R"("tools": [{"type": "function", "function": )";
  const std::string conversation(called);
  const std::vector<Bad> bad{
      {ask(R"("tools": {})"), "tools"},
      {ask(R"("tools": [1])"), "tools"},
      {ask(R"("tools": [{"type": "web_search"}])"), "tools[0].type"},
      {ask(R"("tools": [{"type": "function"}])"), "tools[0].function"},
      {ask(tool + R"({}}])"), "tools[0].function.name"},
      {ask(tool + R"({"name": "a b"}}])"), "tools[0].function.name"},
      {ask(tool + R"({"name": "a", "parameters": {"type": "string"}}}])"),
       "tools[0].function.parameters"},
      {ask(tool + R"({"name": "a", "parameters": []}}])"), "tools[0].function.parameters"},
      {ask(tool + R"({"name": "a", "examples": []}}])"), "tools[0].function.examples"},
      {ask(tool + R"({"name": "a", "strict": true, "parameters": {"type": "object",
                      "properties": {"n": {"type": "integer", "multipleOf": 3}},
                      "required": ["n"], "additionalProperties": false}}}])"),
       "tools[0].function.parameters.properties.n.multipleOf"},
      {ask(R"("tools": [)" + std::string(weather) + ", " + std::string(weather) + "]"), "tools"},
      {ask(R"("tool_choice": "required")"), "tool_choice"},
      {with_weather(R"("tool_choice": "maybe")"), "tool_choice"},
      {with_weather(R"("tool_choice": {"type": "function", "function": {"name": "other"}})"),
       "tool_choice"},
      {with_weather(R"("tool_choice": {"type": "function"})"), "tool_choice.function"},
      {with_weather(R"("response_format": {"type": "json_object"})"), "response_format"},
      {ask(R"("stream": false)", conversation), "messages"},
      {ask(R"("stream": false)", conversation + R"(, {"role": "user", "content": "And?"})"),
       "messages"},
      {ask(R"("stream": false)",
           conversation + ", " + std::string(answered) + ", " + std::string(answered)),
       "messages"},
      {ask(R"("require_sources": true)", conversation + ", " + std::string(answered)),
       "require_sources"},
      {ask(R"("stream": false)",
           R"({"role": "user", "content": "x"}, {"role": "assistant", "tool_calls": [{"id": "a",
               "function": {"name": "f", "arguments": "[]"}}]})"),
       "messages[1].tool_calls[0].function.arguments"},
      {ask(R"("stream": false)",
           R"({"role": "user", "content": "x"}, {"role": "assistant", "content": null})"),
       "messages[1].content"},
  };
  for (const Bad& request : bad) {
    CAPTURE(request.body);
    const auto parsed = parse(request.body);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().param == request.param);
    CHECK(parsed.error().status == 400);
  }
}

TEST_CASE("a model without a form for tools is not given any") {
  const auto refused = parse(with_weather(), false);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().param == "tools");
  CHECK(refused.error().message.contains("SmolLM2"));
  CHECK(parse(ask(R"("tools": [])"), false));
}

}  // namespace
}  // namespace seekd::daemon
