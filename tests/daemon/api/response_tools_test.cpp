// Functions and schemas of a response's request.

#include "daemon/api/response_tools.h"

#include <catch2/catch.hpp>

#include "daemon/api/response_request.h"

namespace seekd::daemon {
namespace {

const Scope readable{.collections = {"web"}, .restricted = {}};

std::expected<ResponseRequest, ApiError> parse(std::string_view body) {
  model::ModelInfo model;
  model.name = "SmolLM2-135M";
  model.calls_tools = true;
  return parse_response_request(body, model, {}, readable);
}

// A request with further fields.
std::string ask(const std::string& fields) {
  return R"({"input": "Hello", )" + fields + "}";
}

TEST_CASE("functions stand beside the search, and either is chosen by itself") {
  const std::string tools = R"("tools": [{"type": "web_search"}, {"type": "function", "name": "f",
      "description": "F.", "parameters": {"type": "object", "properties": {}}, "strict": null}])";
  using Mode = model::ToolUse::Mode;
  const auto both = parse(ask(tools));
  REQUIRE(both);
  CHECK(both->question.retrieval == Retrieval::enabled);
  CHECK(both->question.tools.at(0).name == "f");
  CHECK(both->question.tool_use.mode == Mode::automatic);
  const auto one = parse(ask(tools + R"(, "tool_choice": {"type": "function", "name": "f"})"));
  REQUIRE(one);
  CHECK(one->question.retrieval == Retrieval::disabled);
  CHECK(one->question.tool_use == model::ToolUse{Mode::required, "f", true});
  const auto search = parse(ask(tools + R"(, "tool_choice": {"type": "web_search"})"));
  REQUIRE(search);
  CHECK(search->question.retrieval == Retrieval::enabled);
  CHECK(search->question.tool_use.mode == Mode::none);
  const auto none = parse(ask(tools + R"(, "tool_choice": "none")"));
  REQUIRE(none);
  CHECK(none->question.retrieval == Retrieval::disabled);
  CHECK(none->question.tool_use.mode == Mode::none);
}

TEST_CASE("calls that follow each other are one message's, and their results follow it") {
  const auto request = parse(R"({"input": [
      {"role": "user", "content": "Weather?"},
      {"type": "function_call", "id": "fc_1", "call_id": "a", "name": "f", "arguments": "{}",
       "status": "completed"},
      {"type": "function_call", "call_id": "b", "name": "f", "arguments": "{\"n\": 1}"},
      {"type": "function_call_output", "call_id": "b", "output": "rain"},
      {"type": "function_call_output", "call_id": "a",
       "output": [{"type": "input_text", "text": "sun"}]}]})");
  REQUIRE(request);
  const auto& messages = request->question.messages;
  REQUIRE(messages.size() == 4);
  CHECK(messages[1].calls ==
        std::vector<model::ToolCall>{{"a", "f", "{}"}, {"b", "f", R"({"n": 1})"}});
  CHECK(messages[2].call_id == "b");
  CHECK(messages[3].content == "sun");
  CHECK(request->question.text() == "Weather?");
}

TEST_CASE("a text of a schema is asked for by text.format, and its format repeated") {
  const auto request = parse(ask(R"("text": {"format": {"type": "json_schema", "name": "port",
      "schema": {"type": "object", "properties": {"port": {"type": "integer"}}}}})"));
  REQUIRE(request);
  CHECK(request->question.shape);
  CHECK(request->settings.at("text").at("format").at("name") == "port");
}

}  // namespace
}  // namespace seekd::daemon
