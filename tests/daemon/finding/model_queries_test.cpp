#include "daemon/finding/model_queries.h"

#include <catch2/catch.hpp>

#include "daemon/finding/queries.h"
#include "tests/daemon/answer/machine_script.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using namespace script;
using Texts = std::vector<std::string>;

TEST_CASE("queries are read line by line, without the marks of a list") {
  CHECK(read_queries("1. kestrel default port\n2) kestrel 4.2 release notes\n", 3) ==
        Texts{"kestrel default port", "kestrel 4.2 release notes"});
  CHECK(read_queries("- \"kestrel port\"\n\n* kestrel \"port 7311\"\r\n", 3) ==
        Texts{"kestrel port", "kestrel \"port 7311\""});
  CHECK(read_queries("红隼 默认端口", 3) == Texts{"红隼 默认端口"});
  CHECK(read_queries("a b\nc d\ne f", 2) == Texts{"a b", "c d"});
}

TEST_CASE("what is no query is not asked of anybody") {
  for (const auto* line :
       {"Here are the queries:", "I will search for the port of Kestrel.",
        "https://evil.example.org/?q=secret", "see http://10.0.0.1/", "<pages >",
        "{\"query\": \"kestrel\"}", "[1]", "```", "x", "", "a\x01 b", "key=value"}) {
    CAPTURE(line);
    CHECK(read_queries(line, 3).empty());
  }
  CHECK(read_queries(std::string(5000, 'x'), 3).empty());
}

TEST_CASE("the model is shown the conversation, and neither system messages nor pages") {
  Question asked = question("And its port?");
  asked.messages.insert(asked.messages.begin(), {{model::Role::system, "Never name ACME."},
                                                 {model::Role::user, "What is Kestrel?\nTell me."},
                                                 {model::Role::assistant, "A server. [1]"}});
  asked.cache_salt = "mine";
  const auto request = queries_request(asked, now, 2);
  REQUIRE(request.messages.size() == 2);
  CHECK(request.messages[0].content.contains("2026-03-01"));
  CHECK(request.messages[0].content.contains("up to 2"));
  CHECK(
      request.messages[1].content ==
      "User: What is Kestrel? Tell me.\nAssistant: A server. [1]\nUser: And its port?\n\nQueries:");
  CHECK(request.sampling.temperature == 0);
  CHECK(request.tokens_max <= 100);
  CHECK(request.thinking.mode == model::Thinking::Mode::none);
}

TEST_CASE("of long messages their edges are shown, whole characters of them") {
  std::string text;
  for (int n = 0; n < 100'000; ++n) text += "红";
  const auto request = queries_request(question(text), now, 1);
  CHECK(request.messages[1].content.size() < 2000);
  CHECK(request.messages[1].content.contains("红 … 红"));
}

TEST_CASE("the model's queries go first, from the hosts that are wanted, and each once") {
  WebQuery rule = query_of("kestrel port");
  rule.hosts = {".example.org"};
  rule.hosts_denied = {".evil.example.org"};
  const auto queries = joined_queries({"Kestrel server port 2026", "KESTREL PORT"}, {rule}, 3);
  REQUIRE(queries.size() == 2);
  CHECK(queries[0].text == "Kestrel server port 2026");
  CHECK(queries[0].hosts == rule.hosts);
  CHECK(queries[0].hosts_denied == rule.hosts_denied);
  CHECK(joined_queries({"红隼 端口"}, {rule}, 1)[0].language == "zh");
  CHECK(joined_queries({}, {rule}, 3)[0].text == rule.text);
}

// A model that is large enough, and a provider.
AnswerMachine large(std::vector<model::Message> messages) {
  Question asked = question("x");
  asked.messages = std::move(messages);
  ModelView model = word_model();
  model.searches = true;
  AnswerMachine::Settings searching = settings();
  searching.web_queries_max = 3;
  return AnswerMachine(std::move(asked), std::move(searching), std::move(model));
}

AnswerMachine follow_up() {
  return large({{model::Role::user, "What is the latest version of Kestrel today?"},
                {model::Role::assistant, "It is 4.2."},
                {model::Role::user, "And of the other one, as of today?"}});
}

Actions ask_model(AnswerMachine& machine) {
  machine.resume(event::Started{}, now);
  return machine.resume(event::Searched{std::vector<Passage>{}}, now);
}

model::Generation says(std::string text) {
  model::Generation said;
  said.content = std::move(text);
  said.prompt_tokens = 90;
  said.completion_tokens = 10;
  return said;
}

TEST_CASE("a model that is large enough words what the web is searched for") {
  auto machine = follow_up();
  const Actions asked = ask_model(machine);
  REQUIRE(find<action::AskModel>(asked) != nullptr);
  CHECK(count<action::SearchWeb>(asked) == 0);
  CHECK(count<action::ArmReadingDeadline>(asked) == 1);
  Actions searched = machine.resume(event::ModelSaid{says("Osprey latest version\n")}, now);
  REQUIRE(find<action::SearchWeb>(searched) != nullptr);
  CHECK(find<action::SearchWeb>(searched)->queries[0].text == "Osprey latest version");
  WebFindings none;
  none.requests = 2;
  searched = machine.resume(event::WebSearched{none}, now);
  REQUIRE(find<action::SearchWeb>(searched) != nullptr);  // what the first query left over
  machine.resume(event::WebSearched{none}, now);
  const auto answer = complete(machine, "I do not know.");
  REQUIRE(answer);
  CHECK(answer->usage.search_tokens == 100);
  CHECK(answer->usage.web_searches == 4);
  CHECK(charged_tokens(*answer) ==
        answer->usage.prompt_tokens + answer->usage.completion_tokens + 100);
  CHECK(charged_fetches(*answer) == 4);
}

TEST_CASE("where the model fails or talks, the rules' queries are asked") {
  const Result<model::Generation> failed = fail(ErrorCode::internal, "none");
  for (const auto& said : {failed, Result<model::Generation>(says("I would search for it."))}) {
    auto machine = follow_up();
    ask_model(machine);
    const Actions searched = machine.resume(event::ModelSaid{said}, now);
    REQUIRE(find<action::SearchWeb>(searched) != nullptr);
    CHECK(find<action::SearchWeb>(searched)->queries[0].text.contains("version"));
  }
}

TEST_CASE("a question that ends while the model words its queries stops it") {
  auto machine = follow_up();
  ask_model(machine);
  const Actions gone = machine.resume(event::Cancelled{}, now);
  CHECK(count<action::StopGenerating>(gone) == 1);
  CHECK(count<action::Finish>(gone) == 1);
  auto slow = follow_up();
  ask_model(slow);
  const Actions overdue = slow.resume(event::ReadingDeadline{}, now);
  CHECK(count<action::StopGenerating>(overdue) == 1);
  CHECK(count<action::SearchWeb>(overdue) == 0);
  CHECK(count<action::Generate>(overdue) == 1);
  CHECK(slow.resume(event::ModelSaid{says("late")}, now).empty());
}

TEST_CASE("what is given again costs nobody twice") {
  Answer answer;
  answer.usage = {.prompt_tokens = 100,
                  .cached_tokens = 20,
                  .completion_tokens = 30,
                  .search_queries = 1,
                  .pages_fetched = 4,
                  .web_searches = 2,
                  .search_tokens = 50};
  CHECK(charged_tokens(answer) == 180);
  CHECK(charged_fetches(answer) == 6);
  answer.origin = AnswerOrigin::shared;
  answer.usage = usage_given_again(answer.usage);
  CHECK(charged_tokens(answer) == 0);
  CHECK(charged_fetches(answer) == 0);
  CHECK(answer.usage.cached_tokens == 100);
  CHECK(answer.usage.completion_tokens == 30);
}

}  // namespace
}  // namespace seekd::daemon
