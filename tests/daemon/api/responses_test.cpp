#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/api/response_request.h"
#include "daemon/api/response_writer.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

const Scope readable{.collections = {"web", "handbook"}, .restricted = {"handbook"}};

std::expected<ResponseRequest, ApiError> parse(std::string_view body) {
  model::ModelInfo model;
  model.name = "SmolLM2-135M";
  model.thinks = true;
  model.calls_tools = true;
  return parse_response_request(body, model, {}, readable);
}

// A request with further fields: ask(R"("store": true)").
std::string ask(const std::string& fields) {
  return R"({"input": "Hello", )" + fields + "}";
}

TEST_CASE("the input is a text or a conversation, behind the instructions") {
  const auto text = parse(R"({"input": "Hello", "instructions": "Be brief."})");
  REQUIRE(text);
  REQUIRE(text->question.messages.size() == 2);
  CHECK(text->question.messages[0].role == model::Role::system);
  CHECK(text->question.text() == "Hello");
  CHECK(text->question.retrieval == Retrieval::disabled);

  // Output items come back as they were sent.
  const auto items = parse(R"({"input": [
      {"role": "user", "content": "One"},
      {"type": "web_search_call", "id": "ws_1", "status": "completed", "action": {}},
      {"type": "reasoning", "id": "rs_1", "summary": [], "content": []},
      {"type": "message", "id": "msg_1", "status": "completed", "role": "assistant", "content": [
        {"type": "output_text", "text": "Two", "annotations": [{}], "logprobs": []}]},
      {"role": "user", "content": [{"type": "input_text", "text": "Three"},
                                   {"type": "input_text", "text": "Four"}]}]})");
  REQUIRE(items);
  const auto& messages = items->question.messages;
  REQUIRE(messages.size() == 3);
  CHECK(messages[1].role == model::Role::assistant);
  CHECK(messages[1].content == "Two");
  CHECK(messages[2].content == "Three\nFour");
}

TEST_CASE("the search tool says what may be read") {
  const auto request = parse(R"({"input": "Hello", "max_age": 60, "collections": ["web"],
      "include": ["web_search_call.action.sources", "message.output_text.logprobs"],
      "top_logprobs": 3, "max_output_tokens": 9, "reasoning": {"effort": "low", "summary": null},
      "metadata": {"a": "b"}, "service_tier": "flex", "stream": true,
      "tools": [{"type": "web_search", "filters": {"allowed_domains": ["debian.org"]},
                 "search_context_size": "high", "user_location": null,
                 "external_web_access": false}]})");
  REQUIRE(request);
  const Question& question = request->question;
  CHECK(question.retrieval == Retrieval::enabled);
  CHECK(question.reach == Reach::cache_only);
  CHECK(question.hosts == std::vector<std::string>{".debian.org"});
  CHECK(question.passages_max == 2 * config::AnswerConfig{}.passages_max);
  CHECK(question.max_age == std::chrono::seconds(60));
  CHECK(question.scope.collections == std::vector<std::string>{"web"});
  CHECK(question.sampling.logprobs == 3);
  CHECK(question.tokens_max == 9);
  CHECK(question.thinking.effort == Effort::low);
  CHECK(question.priority == model::Priority::background);
  CHECK(request->sources == CallSources::sent);
  CHECK(request->delivery == Delivery::streamed);
  CHECK(request->settings.at("metadata").at("a") == "b");
  CHECK(request->settings.at("tools").as_array().size() == 1);
  CHECK(request->settings.at("service_tier") == "flex");
  CHECK(request->settings.at("store") == false);

  const auto unused = parse(ask(R"("tools": [{"type": "web_search_preview"}],
                                   "tool_choice": "none")"));
  REQUIRE(unused);
  CHECK(unused->question.retrieval == Retrieval::disabled);
  const auto insists = parse(ask(R"("tools": [{"type": "web_search_2025_08_26"}],
                                    "tool_choice": {"type": "web_search_preview"})"));
  REQUIRE(insists);
  CHECK(insists->question.retrieval == Retrieval::enabled);
}

TEST_CASE("what a response cannot have is refused by name") {
  struct Bad {
    std::string body, param, code;
  };
  const std::vector<Bad> bad{
      {"{}", "input", "missing_field"},
      {R"({"input": 5})", "input", "invalid_type"},
      {R"({"input": " "})", "input", "invalid_value"},
      {R"({"input": []})", "input", "invalid_value"},
      {R"({"input": ["x"]})", "input", "invalid_type"},
      {R"({"input": [{"role": "user"}]})", "input[0].content", "missing_field"},
      {R"({"input": [{"role": "tool", "content": "x"}]})", "input[0].role", "invalid_value"},
      {R"({"input": [{"role": "user", "content": [{"type": "input_image"}]}]})",
       "input[0].content[0].type", "unsupported_field"},
      {R"({"input": [{"role": "user", "content": [7]}]})", "input[0].content", "invalid_type"},
      {R"({"input": [{"type": "function_call_output"}]})", "input[0].call_id", "missing_field"},
      {R"({"input": [{"type": "item_reference", "id": "x"}]})", "input[0].type",
       "unsupported_field"},
      {R"({"input": [{"role": "assistant", "content": "x"}]})", "input", "invalid_value"},
      {ask(R"("store": true)"), "store", "unsupported_field"},
      {ask(R"("background": true)"), "background", "unsupported_field"},
      {ask(R"("previous_response_id": "resp_1")"), "previous_response_id", "unsupported_field"},
      {ask(R"("truncation": "auto")"), "truncation", "unsupported_field"},
      {ask(R"("text": {"format": {"type": "xml"}})"), "text.format.type", "invalid_value"},
      {ask(R"("text": {"format": {"type": "json_schema", "name": "a"}})"), "text.format.schema",
       "missing_field"},
      {ask(R"("text": {"format": {"type": "json_schema", "name": "a", "schema": {"type": "object",
              "properties": {"n": {"multipleOf": 3}}}}})"),
       "text.format.schema.properties.n.multipleOf", "unsupported_field"},
      {ask(R"("text": {"format": {"type": "json_object"}}, "tools": [{"type": "function",
              "name": "f"}])"),
       "text", "invalid_value"},
      {ask(R"("tools": [{"type": "function", "name": "f", "parameters": {"type": "array"}}])"),
       "tools[0].parameters", "invalid_value"},
      {ask(R"("tools": [{"type": "function", "name": "f"}],
              "tool_choice": {"type": "function", "name": "g"})"),
       "tool_choice", "invalid_value"},
      {ask(R"("tools": [{"type": "function", "name": "f"}],
              "tool_choice": {"type": "web_search"})"),
       "tool_choice", "invalid_value"},
      {R"({"input": [{"role": "user", "content": "x"}, {"type": "function_call", "call_id": "c",
                      "name": "f", "arguments": "{}"}]})",
       "input", "invalid_value"},
      {ask(R"("text": {"verbosity": "low"})"), "text.verbosity", "unsupported_field"},
      {ask(R"("reasoning": {"summary": "auto"})"), "reasoning.summary", "unsupported_field"},
      {ask(R"("reasoning": {"effort": "huge"})"), "reasoning.effort", "invalid_value"},
      {ask(R"("include": ["file_search_call.results"])"), "include", "unsupported_field"},
      {ask(R"("top_logprobs": 2)"), "top_logprobs", "invalid_value"},
      {ask(R"("metadata": {"a": 1})"), "metadata", "invalid_value"},
      {ask(R"("tools": [{"type": "file_search"}])"), "tools[0].type", "unsupported_field"},
      {ask(R"("tools": [{"type": "web_search", "user_location": {}}])"), "tools[0].user_location",
       "unsupported_field"},
      {ask(R"("tools": [{"type": "web_search", "filters": {"allowed_domains": ["a b"]}}])"),
       "allowed_domains", "invalid_value"},
      {ask(R"("tools": [{"type": "web_search"}, {"type": "web_search"}])"), "tools",
       "out_of_range"},
      {ask(R"("tool_choice": "required")"), "tool_choice", "invalid_value"},
      {ask(R"("tool_choice": "maybe")"), "tool_choice", "invalid_value"},
      {ask(R"("max_age": 5)"), "max_age", "unsupported_field"},
      {ask(R"("urls": ["https://a.org/"])"), "urls", "unsupported_field"},
      {ask(R"("collections": ["web"])"), "collections", "unsupported_field"},
      {ask(R"("stream_options": {})"), "stream_options", "invalid_value"},
      {ask(R"("stream": true, "stream_options": {"include_obfuscation": true})"),
       "stream_options.include_obfuscation", "unsupported_field"},
      {ask(R"("messages": [])"), "messages", "unknown_field"},
  };
  for (const auto& [body, param, code] : bad) {
    INFO(body);
    const auto request = parse(body);
    REQUIRE_FALSE(request);
    CHECK(request.error().param.ends_with(param));
    CHECK(request.error().code == code);
  }
}

TraceStep step(TraceStep::Kind kind, std::string_view url = "", std::string_view detail = "") {
  return trace_step(kind, url, detail);
}

using Kind = TraceStep::Kind;
const std::string page = "https://docs.example.org/a";

// Collects what a client is told.
struct Told {
  std::vector<std::string> types;
  std::vector<json::value> data;

  void operator()(const ResponseWriter::Events& events) {
    for (const auto& [type, text] : events) {
      types.emplace_back(type);
      data.push_back(json::parse(text));
      CHECK(data.back().at("type") == json::string(type));
      CHECK(data.back().at("sequence_number") == data.size() - 1);
    }
  }
};

ResponseWriter writer() {
  return {{.id = "1f",
           .model = "m",
           .created = TimePoint{},
           .settings = {{"store", false}},
           .sources = CallSources::sent},
          "Which port?"};
}

Answer cited_answer() {
  Answer answer;
  answer.content = "It is 7311.";
  answer.reasoning = "Hm.";
  answer.sources.emplace_back().url = page;
  answer.citations.push_back({.source = 0, .start_index = 0, .end_index = 11});
  answer.usage = {.prompt_tokens = 10, .completion_tokens = 5, .reasoning_tokens = 2};
  return answer;
}

TEST_CASE("a client is told of searches, pages, thought and text in OpenAI's order") {
  ResponseWriter response = writer();
  Told told;
  told(response.step(step(Kind::judged)));
  CHECK(told.types.empty());  // what fails now has a status of its own
  told(response.step(step(Kind::surveyed)));
  told(response.step(step(Kind::fetching, page)));
  told(response.step(step(Kind::fetched, page)));
  told(response.step(step(Kind::source, page)));
  told(response.step(step(Kind::prompt)));
  told(response.text({"", "Hm."}));
  told(response.text({"It is ", ""}));
  told(response.text({"7311.", ""}));
  told(response.done(cited_answer()));
  CHECK(told.types == std::vector<std::string>{
                          "response.created",
                          "response.in_progress",
                          "response.output_item.added",
                          "response.web_search_call.in_progress",
                          "response.web_search_call.searching",
                          "response.output_item.added",
                          "response.web_search_call.in_progress",
                          "response.web_search_call.searching",
                          "response.web_search_call.completed",
                          "response.output_item.done",
                          "response.output_item.added",
                          "response.web_search_call.in_progress",
                          "response.web_search_call.searching",
                          "response.web_search_call.completed",
                          "response.output_item.done",
                          "response.web_search_call.completed",
                          "response.output_item.done",
                          "response.output_item.added",
                          "response.content_part.added",
                          "response.reasoning_text.delta",
                          "response.reasoning_text.done",
                          "response.content_part.done",
                          "response.output_item.done",
                          "response.output_item.added",
                          "response.content_part.added",
                          "response.output_text.delta",
                          "response.output_text.delta",
                          "response.output_text.annotation.added",
                          "response.output_text.done",
                          "response.content_part.done",
                          "response.output_item.done",
                          "response.completed",
                      });
  const json::value& whole = told.data.back().at("response");
  CHECK(whole == response.response());
  CHECK(whole.at("status") == "completed");
  CHECK(whole.at("store") == false);
  CHECK(whole.at("usage").at("output_tokens_details").at("reasoning_tokens") == 2);
  const json::array& output = whole.at("output").as_array();
  REQUIRE(output.size() == 5);
  CHECK(output[0].at("action") ==
        json::object{{"type", "search"},
                     {"query", "Which port?"},
                     {"queries", {"Which port?"}},
                     {"sources", json::array{json::object{{"type", "url"}, {"url", page}}}}});
  CHECK(output[1].at("action") == json::object{{"type", "open_page"}, {"url", page}});
  CHECK(output[2].at("action").at("type") == "find_in_page");
  CHECK(output[3].at("content").at(0).at("text") == "Hm.");
  const json::value& text = output[4].at("content").at(0);
  CHECK(text.at("text") == "It is 7311.");
  CHECK(text.at("annotations").at(0).at("url") == json::string(page));
  CHECK(text.at("annotations").at(0).at("end_index") == 11);
  for (const json::value& event : told.data) {
    if (event.at("type") != "response.output_item.done") continue;
    CHECK(output[event.at("output_index").to_number<std::size_t>()] == event.at("item"));
  }
}

TEST_CASE("a call of a function is an item of its own, and no empty message stands before it") {
  Answer answer;
  answer.finish = model::FinishReason::calls;
  answer.calls = {{"call_1", "f", R"({"n":1})"}};
  ResponseWriter response = writer();
  Told told;
  told(response.text({.content = "", .reasoning = "", .calls = {{0, "call_1", "f", R"({"n":)"}}}));
  told(response.text({.content = "", .reasoning = "", .calls = {{0, "", "", "1}"}}}));
  told(response.done(answer));
  CHECK(told.types == std::vector<std::string>{
                          "response.created",
                          "response.in_progress",
                          "response.output_item.added",
                          "response.function_call_arguments.delta",
                          "response.function_call_arguments.delta",
                          "response.function_call_arguments.done",
                          "response.output_item.done",
                          "response.completed",
                      });
  const json::array& output = response.response().at("output").as_array();
  REQUIRE(output.size() == 1);
  CHECK(output[0].at("call_id") == "call_1");
  CHECK(output[0].at("arguments") == R"({"n":1})");
  ResponseWriter whole = writer();
  whole.done(answer);
  CHECK(whole.response() == response.response());
}

TEST_CASE("a response that is not streamed has the same items") {
  ResponseWriter streamed = writer(), whole = writer();
  const Answer answer = cited_answer();
  for (const auto& taken :
       {step(Kind::web_search, "", "kestrel port"), step(Kind::source, page), step(Kind::prompt)}) {
    streamed.step(taken);
    whole.step(taken);
  }
  streamed.text({"", answer.reasoning});
  streamed.text({answer.content, ""});
  streamed.done(answer);
  whole.done(answer);
  CHECK(streamed.response() == whole.response());
}

TEST_CASE("a page that could not be read is a call that failed, be it late or refused") {
  ResponseWriter response = writer();
  response.step(step(Kind::fetching, page));
  response.step(step(Kind::not_read, page, "http_error: 500"));
  response.step(step(Kind::fetching, page + "2"));
  response.step(step(Kind::prompt));
  response.done(cited_answer());
  const json::array& output = response.response().at("output").as_array();
  CHECK(output[0].at("status") == "failed");
  CHECK(output[1].at("status") == "failed");
}

TEST_CASE("an answer that was cut is incomplete, and one that failed says why") {
  ResponseWriter cut = writer();
  Answer answer = cited_answer();
  answer.finish = model::FinishReason::length;
  Told told;
  told(cut.done(answer));
  CHECK(told.types.back() == "response.incomplete");
  CHECK(cut.response().at("status") == "incomplete");
  CHECK(cut.response().at("incomplete_details").at("reason") == "max_output_tokens");

  ResponseWriter broken = writer();
  Told failure;
  failure(broken.step(step(Kind::surveyed)));
  failure(broken.failed({504, "timeout", "too long", "", std::nullopt}));
  CHECK(failure.types.back() == "response.failed");
  CHECK(failure.data.back().at("response").at("status") == "failed");
  CHECK(failure.data.back().at("response").at("error").at("code") == "timeout");
}

}  // namespace
}  // namespace seekd::daemon
