#include "fetcher/wire_upstream.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;

TEST_CASE("requests and events come back as they were written") {
  const UpstreamRequest request{"cluster", policy::UpstreamPath::chat_completions, 42};
  CHECK(parse_upstream_request(to_json(request)) == request);
  const UpstreamEvent event{.content = "a\n\"\xc3\xa4",
                            .reasoning = "b",
                            .tokens = {{{"a", -0.5}, {{"a", -0.5}, {"b", -2}}}},
                            .calls = {{1, "call_1", "f", "{\"a\""}, {1, "", "", ":1}"}},
                            .finish = UpstreamFinish::calls,
                            .usage = UpstreamUsage{9, 4, 3, 1},
                            .error = "c",
                            .model = "d"};
  CHECK(parse_upstream_event(to_json(event)) == event);
  CHECK(parse_upstream_event("{}") == UpstreamEvent());
  CHECK_FALSE(to_json(event).contains('\n'));
}

TEST_CASE("a request names an upstream and one of its paths, and sends something to one alone") {
  for (const char* text :
       {R"({"path":"models"})", R"({"upstream":"a"})", R"({"upstream":"a","path":"files"})",
        R"({"upstream":"a","path":"models","body_bytes":1})",
        R"({"upstream":"a","path":"chat/completions"})",
        R"({"upstream":"a","path":"chat/completions","body_bytes":99999999999})",
        R"({"upstream":"a","path":"models","url":"https://a.example"})"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_upstream_request(text));
  }
  CHECK(parse_upstream_request(R"({"upstream":"a","path":"models"})"));
}

TEST_CASE("an event of a worker that was taken over is bounded, or none") {
  const auto text = [](std::size_t bytes) { return std::string(bytes, 'x'); };
  CHECK_FALSE(parse_upstream_event(R"({"content":")" + text(300'000) + "\"}"));
  CHECK_FALSE(parse_upstream_event(R"({"error":")" + text(2000) + "\"}"));
  CHECK_FALSE(parse_upstream_event(R"({"model":")" + text(300) + "\"}"));
  CHECK_FALSE(parse_upstream_event(R"({"usage":{"prompt":-1}})"));
  CHECK_FALSE(parse_upstream_event(R"({"usage":{"other":1}})"));
  CHECK_FALSE(parse_upstream_event(R"({"tokens":[{"text":"a","logprob":1e999}]})"));
  CHECK_FALSE(parse_upstream_event(R"({"tokens":[{"text":"a","best":[{"text":"b","best":[]}]}]})"));
  CHECK_FALSE(parse_upstream_event(R"({"calls":[{"index":128}]})"));
  CHECK_FALSE(parse_upstream_event(R"({"calls":[{"index":0,"name":")" + text(300) + "\"}]}"));
  CHECK_FALSE(parse_upstream_event(R"({"calls":[{"index":0,"type":"function"}]})"));
  CHECK_FALSE(parse_upstream_event(R"({"calls":[0]})"));
  CHECK_FALSE(parse_upstream_event(R"({"url":"https://a.example"})"));
  CHECK_FALSE(parse_upstream_event("[1]"));
  CHECK_FALSE(parse_upstream_event("{\"content\":\"\xff\"}"));
}
