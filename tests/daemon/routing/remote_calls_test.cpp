#include "daemon/routing/remote_calls.h"

#include <catch2/catch.hpp>

#include "daemon/routing/chat_body.h"
#include "daemon/routing/outgoing.h"

namespace seekd::daemon {
namespace {

using fetcher::UpstreamCall;
using Deltas = std::vector<model::ToolCallDelta>;

model::GenerateRequest conversation() {
  model::GenerateRequest request;
  request.messages = {{model::Role::user, "Weather?"},
                      {model::Role::assistant, "", {{"call_0", "f", R"({"city":"Bonn"})"}}},
                      {model::Role::tool, "rain", {}, "call_0"}};
  request.tools = {{"f", "F.", R"({"type":"object"})"}};
  return request;
}

TEST_CASE("pieces become calls, and what they add is told as it comes") {
  RemoteCalls calls("cluster", conversation());
  const auto first = calls.take({{0, "a", "f", ""}, {0, "", "", "{\"n\""}});
  REQUIRE(first);
  CHECK(*first == Deltas{{0, "a", "f", ""}, {0, "", "", "{\"n\""}});
  CHECK(calls.take({{0, "", "", ":1}"}, {1, "b", "g", ""}}));
  const auto made = calls.finish();
  REQUIRE(made);
  CHECK(*made == std::vector<model::ToolCall>{{"a", "f", "{\"n\":1}"}, {"b", "g", "{}"}});
}

TEST_CASE("an id that is missing, or another call's, is replaced") {
  RemoteCalls calls("cluster", conversation());
  const auto deltas =
      calls.take({{0, "", "f", "{}"}, {1, "call_0", "f", "{}"}, {2, "x", "f", "{}"}});
  REQUIRE(deltas);
  CHECK((*deltas)[0].id == "call_1");
  CHECK((*deltas)[1].id == "call_2");
  CHECK((*deltas)[2].id == "x");
}

TEST_CASE("what is no call fails the answer, and names the upstream") {
  const auto refused = [](const std::vector<UpstreamCall>& pieces) {
    RemoteCalls calls("cluster", conversation());
    const auto taken = calls.take(pieces);
    if (!taken) return taken.error();
    const auto made = calls.finish();
    REQUIRE_FALSE(made);
    return made.error();
  };
  for (const auto& pieces : {std::vector<UpstreamCall>{{1, "a", "f", "{}"}},
                             std::vector<UpstreamCall>{{0, "a", "", "{}"}},
                             std::vector<UpstreamCall>{{0, "a", "f", "[1]"}},
                             std::vector<UpstreamCall>{{0, "a", "f", "{\"n\":"}}}) {
    const Error error = refused(pieces);
    CHECK(error.code == ErrorCode::corrupt);
    CHECK(error.message.contains("\"cluster\""));
  }
}

TEST_CASE("tools, the choice among them, calls and results are sent as OpenAI has them") {
  model::GenerateRequest request = conversation();
  request.tool_use = {model::ToolUse::Mode::required, "f", false};
  const std::string body = chat_body(request, "owl");
  CHECK(body.contains(R"("tools":[{"type":"function","function":{"name":"f",)"));
  CHECK(body.contains(R"("tool_choice":{"type":"function","function":{"name":"f"}})"));
  CHECK(body.contains(R"("parallel_tool_calls":false)"));
  CHECK(body.contains(R"("content":null)"));
  CHECK(body.contains(R"("tool_call_id":"call_0")"));
  request.tools.clear();
  CHECK_FALSE(chat_body(request, "owl").contains("\"tools\""));
}

TEST_CASE("what is private in arguments and results is masked, numbers too") {
  config::RouteConfig route;
  route.name = "far";
  route.upstream = "cluster";
  std::vector<model::Message> messages = conversation().messages;
  messages[1].calls[0].arguments = R"({"card":4111111111111111,"to":["jane.doe@example.org"]})";
  messages[2].content = "sent to jane.doe@example.org";
  PromptContent content;
  content.private_texts = private_texts(messages, {});
  const auto leaving = as_they_leave(messages, content, route);
  CHECK(leaving[1].calls[0].arguments == R"({"card":"[card]","to":["[email]"]})");
  CHECK(leaving[2].content == "sent to [email]");
}

}  // namespace
}  // namespace seekd::daemon
