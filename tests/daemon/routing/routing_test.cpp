#include <boost/json.hpp>
#include <catch2/catch.hpp>

#include "daemon/routing/chat_body.h"
#include "daemon/routing/outgoing.h"
#include "daemon/routing/remote_model.h"
#include "daemon/routing/route_health.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using State = RouteHealth::State;

const RouteHealth::Clock::time_point start{1h};

TEST_CASE("three failures one after another, and the target rests") {
  RouteHealth health;
  CHECK_FALSE(health.failed("one", start));
  CHECK_FALSE(health.failed("two", start));
  health.succeeded();
  CHECK_FALSE(health.failed("one", start));
  CHECK_FALSE(health.failed("two", start));
  CHECK(health.serves());
  CHECK(health.failed("three", start));
  CHECK(health.state() == State::resting);
  CHECK(health.reason() == "three");
  CHECK(health.rests_until() == start + 5s);
  CHECK_FALSE(health.failed("late", start + 1s));  // it began before
  CHECK(health.reason() == "three");
}

TEST_CASE("a probe that fails doubles the rest, up to five minutes; one that succeeds ends it") {
  RouteHealth health;
  for (int i = 0; i < 3; ++i) health.failed("down", start);
  auto now = health.rests_until();
  for (const auto rest : {10s, 20s, 40s, 80s, 160s, 300s, 300s}) {
    health.probe();
    CHECK(health.state() == State::probing);
    CHECK(health.failed("still down", now));
    CHECK(health.rests_until() == now + rest);
    now = health.rests_until();
  }
  health.probe();
  health.succeeded();
  CHECK(health.serves());
  CHECK(health.reason().empty());
  for (int i = 0; i < 3; ++i) health.failed("down", now);
  CHECK(health.rests_until() == now + 5s);
}

config::RouteConfig remote(config::PrivateData data) {
  config::RouteConfig route;
  route.name = "large";
  route.upstream = "cluster";
  route.model = "m";
  route.context_tokens = 1000;
  route.private_data = data;
  return route;
}

const std::vector<model::Message> conversation{{model::Role::user, "I am jane.doe@example.org"},
                                               {model::Role::assistant, "Hello."},
                                               {model::Role::user, "Who is jane.doe@example.org?"}};

TEST_CASE("what an asker wrote of persons leaves masked, and what pages say does not change") {
  const PromptContent content{{"web"}, private_texts(conversation, {})};
  REQUIRE(content.private_texts.size() == 1);
  const auto route = remote(config::PrivateData::mask);
  CHECK_FALSE(forbidden_to_leave(content, route));
  auto prompt = conversation;
  prompt.back().content += " A page: write to info@example.com or jane.doe@example.org";
  const auto left = as_they_leave(prompt, content, route);
  CHECK(left[0].content == "I am [email]");
  CHECK(left[2].content == "Who is [email]? A page: write to info@example.com or [email]");
  CHECK(as_they_leave(prompt, content, remote(config::PrivateData::send))[0].content ==
        conversation[0].content);
  CHECK(as_they_leave(prompt, content, config::RouteConfig())[0].content ==
        conversation[0].content);
}

TEST_CASE("what may not leave is told, and the local model is asked everything") {
  const PromptContent personal{{}, private_texts(conversation, {})};
  CHECK_THAT(forbidden_to_leave(personal, remote(config::PrivateData::refuse)).value_or(""),
             Catch::Contains("email"));
  CHECK_FALSE(forbidden_to_leave({}, remote(config::PrivateData::refuse)));
  const PromptContent handbook{{"handbook", "web"}, {}};
  CHECK_THAT(forbidden_to_leave(handbook, remote(config::PrivateData::mask)).value_or(""),
             Catch::Contains("\"handbook\""));
  auto open = remote(config::PrivateData::mask);
  open.collections.emplace_back("handbook");
  CHECK_FALSE(forbidden_to_leave(handbook, open));
  CHECK_THAT(forbidden_to_leave({.has_shape = true}, open).value_or(""),
             Catch::Contains("response_format"));
  config::RouteConfig local;
  local.private_data = config::PrivateData::refuse;
  CHECK_FALSE(forbidden_to_leave({{"handbook"}, personal.private_texts}, local));
}

TEST_CASE("a request is OpenAI's, and fields that nobody asked for are not in it") {
  model::GenerateRequest request;
  request.messages = {{model::Role::system, "s"}, {model::Role::user, "u"}};
  request.tokens_max = 7;
  const auto plain = boost::json::parse(chat_body(request, "m")).as_object();
  CHECK(plain.at("model") == "m");
  CHECK(plain.at("max_tokens") == 7);
  CHECK(plain.at("stream") == true);
  CHECK(plain.at("messages").as_array().size() == 2);
  CHECK(plain.at("messages").at(0).at("role") == "system");
  for (const char* field : {"top_p", "top_k", "min_p", "seed", "stop", "logprobs",
                            "repetition_penalty", "presence_penalty"}) {
    CAPTURE(field);
    CHECK_FALSE(plain.contains(field));
  }
  request.sampling = {.temperature = 0.5, .top_p = 0.9, .top_k = 5, .seed = 3};
  request.sampling.logprobs = 2;
  request.stop = {"."};
  const auto full = boost::json::parse(chat_body(request, "m")).as_object();
  CHECK(full.at("top_p") == 0.9);
  CHECK(full.at("top_k") == 5);
  CHECK(full.at("seed") == 3);
  CHECK(full.at("top_logprobs") == 2);
  CHECK(full.at("stop").at(0) == ".");
}

TEST_CASE("tokens of another server's model are counted as more than they are") {
  const RemoteModel model(remote(config::PrivateData::mask),
                          {.name = "cluster", .url = "", .key_file = {}}, "/nowhere");
  CHECK(model.count_tokens("") == 0);
  CHECK(model.count_tokens("four words of it") == 6);
  CHECK(model.count_prompt_tokens(conversation, {}).value() > 3 * 8);
  CHECK(model.info().context_tokens == 1000);
}

TEST_CASE("a model whose door does not answer is unavailable, and says what to do") {
  RemoteModel model(remote(config::PrivateData::mask),
                    {.name = "cluster", .url = "", .key_file = {}}, "/nowhere/fetcher.sock");
  model::GenerateRequest request;
  request.messages = conversation;
  const auto generation = model.generate(request, [](const auto&) {}, {});
  REQUIRE_FALSE(generation);
  CHECK(generation.error().code == ErrorCode::unavailable);
  CHECK_THAT(generation.error().message, Catch::Contains("start seekd-fetcher"));
}

}  // namespace
}  // namespace seekd::daemon
