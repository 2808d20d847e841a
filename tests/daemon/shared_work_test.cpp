// What many ask for at once is fetched, stored and answered once; what was answered is answered
// again as long as its pages are as they were.

#include <algorithm>
#include <chrono>
#include <list>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/daemon/counted_door.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::string url = "https://docs.example.org/kestrel";
const std::string fact = "The default port of Kestrel is 7311.";
constexpr int many = 40;

config::Config many_config() {
  config::Config config;
  config.daemon.questions_running_max = 64;
  config.daemon.queue_max = 200;
  return config;
}

std::string ask(const std::string& text, json::object fields = {}) {
  fields["messages"] = json::array{{{"role", "user"}, {"content", text}}};
  return json::serialize(fields);
}

class Office {
 public:
  explicit Office(CountedDoor::Answer answer =
                      [](const auto& request) { return page_reply(request, fact); })
      : daemon_(many_config(), std::make_unique<ScriptedModel>(fact)),
        door_(daemon_.fetcher_socket(), std::move(answer)) {}

  ServedDaemon& daemon() { return daemon_; }
  CountedDoor& door() { return door_; }
  int generations() { return daemon_.model().generations; }

  Client& send(const std::string& body) {
    callers_.emplace_back(daemon_.socket());
    callers_.back().send_request("POST", "/v1/chat/completions", body);
    return callers_.back();
  }
  void hang_up(const Client& caller) {
    callers_.remove_if([&](const Client& one) { return &one == &caller; });
  }

  json::object answer(const std::string& body) {
    const auto reply = daemon_.request("POST", "/v1/chat/completions", body);
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }

  std::vector<json::object> answers() {
    std::vector<json::object> answers;
    for (Client& caller : callers_) {
      const auto reply = caller.read_reply();
      INFO(reply.body);
      REQUIRE(reply.status == 200);
      answers.push_back(reply.json());
    }
    callers_.clear();
    return answers;
  }

  // What /metrics says of it; 0 where it is not there.
  int metric(const std::string& name) {
    const std::string body = daemon_.request("GET", "/metrics").body;
    const auto at = body.find("\n" + name + " ");
    return at == std::string::npos ? 0 : std::stoi(body.substr(at + name.size() + 2));
  }

  // Until it is so; gives up after a time that no machine needs.
  template <class Condition>
  bool wait_until(Condition holds) {
    for (int n = 0; n < 3000; ++n) {
      if (holds()) return true;
      std::this_thread::sleep_for(10ms);
    }
    return false;
  }

 private:
  ServedDaemon daemon_;
  CountedDoor door_;
  std::list<Client> callers_;
};

std::string from(const json::object& answer) {
  return std::string(answer.at("answered_from").as_string());
}

const std::string pages_shared = R"(seekd_pages_shared_total{by="question"})";
const std::string answers_shared = R"(seekd_answers_given_again_total{from="shared"})";

TEST_CASE("a page that many need at once is fetched once and stored once") {
  Office office;
  office.door().hold();
  for (int n = 0; n < many; ++n) {
    office.send(ask("Which port does Kestrel use, in words of its user " + std::to_string(n) + "?",
                    {{"urls", json::array{url}}}));
  }
  REQUIRE(office.wait_until([&] { return office.metric(pages_shared) == many - 1; }));
  office.door().open();
  for (const json::object& answer : office.answers()) {
    CHECK(answer.at("citations").as_array().size() == 1);
    CHECK(from(answer) == "computed");
  }
  CHECK(office.door().asked() == 1);
  const auto page =
      office.daemon().request("GET", "/seekd/v1/page?url=https%3A%2F%2Fdocs.example.org%2Fkestrel");
  CHECK(page.json().at("version") == 1);
  CHECK(office.generations() == many);
}

TEST_CASE("who leaves takes the page from nobody, and the last one takes it back") {
  Office office;
  office.door().hold();
  Client& one = office.send(ask("Which port does Kestrel use?", {{"urls", json::array{url}}}));
  office.send(ask("What is the port of Kestrel?", {{"urls", json::array{url}}}));
  REQUIRE(office.wait_until([&] { return office.metric(pages_shared) == 1; }));
  office.hang_up(one);
  REQUIRE(office.wait_until(
      [&] { return office.metric(R"(seekd_answers_total{outcome="cancelled"})") == 1; }));
  CHECK(office.door().left() == 0);
  office.door().open();
  CHECK(office.answers().size() == 1);

  const std::string other = "https://docs.example.org/other";
  office.door().hold();
  Client& alone = office.send(ask("Which port does it use?", {{"urls", json::array{other}}}));
  REQUIRE(office.wait_until([&] { return office.door().asked() == 2; }));
  office.hang_up(alone);
  CHECK(office.wait_until([&] { return office.door().left() == 1; }));
}

TEST_CASE("who accepts no older reply begins a fetch of his own") {
  Office office;
  office.door().hold();
  office.send(ask("Which port does Kestrel use?", {{"urls", json::array{url}}}));
  REQUIRE(office.wait_until([&] { return office.door().asked() == 1; }));
  office.send(ask("Which port, now?", {{"urls", json::array{url}}, {"max_age", 0}}));
  REQUIRE(office.wait_until([&] { return office.door().asked() == 2; }));
  office.door().open();
  CHECK(office.answers().size() == 2);
}

TEST_CASE("a question that many ask at once is answered once, for all of them") {
  Office office;
  office.door().hold();
  for (int n = 0; n < many; ++n) {
    // The space around it is no part of it.
    office.send(
        ask(std::string(static_cast<std::size_t>(n % 3), ' ') + "Which port does Kestrel use?",
            {{"urls", json::array{url}}}));
  }
  REQUIRE(office.wait_until([&] { return office.metric(answers_shared) == many - 1; }));
  office.door().open();
  const auto answers = office.answers();
  CHECK(office.generations() == 1);
  CHECK(std::ranges::count(answers, "computed", from) == 1);
  CHECK(std::ranges::count(answers, "shared", from) == many - 1);
  int charged = 0;
  for (const json::object& answer : answers) {
    CHECK(answer.at("choices") == answers.front().at("choices"));
    const json::object& usage = answer.at("usage").as_object();
    CHECK(usage.at("total_tokens") == answers.front().at("usage").at("total_tokens"));
    if (usage.at("charged_tokens") == 0) {
      CHECK(from(answer) == "shared");
      CHECK(usage.at("prompt_tokens_details").at("cached_tokens") == usage.at("prompt_tokens"));
    } else {
      ++charged;
    }
  }
  CHECK(charged == 1);
}

TEST_CASE("who joins a stream reads all of it") {
  ServedDaemon daemon(many_config(), std::make_unique<ScriptedModel>(fact, 100ms));
  const std::string body = ask("Which port?", {{"stream", true}, {"disable_search", true}});
  Client first(daemon.socket());
  first.send_request("POST", "/v1/chat/completions", body);
  REQUIRE(first.wait_for("default"));
  Client second(daemon.socket());
  second.send_request("POST", "/v1/chat/completions", body);
  const auto text_of = [](Client& caller) {
    std::string text;
    const std::string events = caller.read_reply().body;
    for (std::size_t at = 0; (at = events.find("data: {", at)) != std::string::npos; ++at) {
      const json::value chunk = json::parse(events.substr(at + 6, events.find('\n', at) - at - 6));
      for (const json::value& choice : chunk.at("choices").as_array()) {
        const json::object& delta = choice.at("delta").as_object();
        if (delta.contains("content")) text += delta.at("content").as_string();
      }
    }
    return text;
  };
  const std::string whole = text_of(first);
  CHECK(whole.contains(fact));
  CHECK(text_of(second) == whole);
  CHECK(daemon.model().generations == 1);
}

TEST_CASE("the last one who hangs up ends the answer, and not before") {
  ServedDaemon daemon(many_config(), std::make_unique<ScriptedModel>(fact, 50ms));
  const std::string body = ask("Which port?", {{"disable_search", true}});
  auto first = std::make_unique<Client>(daemon.socket());
  first->send_request("POST", "/v1/chat/completions", body);
  Client second(daemon.socket());
  second.send_request("POST", "/v1/chat/completions", body);
  while (daemon.model().generations == 0) std::this_thread::sleep_for(1ms);
  // What is asked later is answered later: by then the second one has joined.
  CHECK(daemon.request("GET", "/health").status == 200);
  CHECK(daemon.request("GET", "/health").status == 200);
  first.reset();
  CHECK(second.read_reply().status == 200);
  CHECK(daemon.model().cancelled == 0);
}

TEST_CASE("a hot question is answered from what was answered before, until a page changes") {
  Office office;
  const std::string hot = ask("Which port does Kestrel use?", {{"urls", json::array{url}}});
  const json::object first = office.answer(hot);
  CHECK(from(first) == "computed");
  const json::object again = office.answer(hot);
  CHECK(from(again) == "kept");
  CHECK(again.at("choices") == first.at("choices"));
  CHECK(again.at("citations") == first.at("citations"));
  CHECK(first.at("usage").at("charged_tokens") == first.at("usage").at("total_tokens"));
  CHECK(again.at("usage").at("charged_tokens") == 0);
  CHECK(again.at("usage").at("num_search_queries") == 0);
  CHECK(office.generations() == 1);
  CHECK(office.door().asked() == 1);

  const json::object changed{{"url", url}, {"text", "Kestrel listens on port 9000 by default."}};
  REQUIRE(office.daemon().request("POST", "/seekd/v1/import", json::serialize(changed)).status ==
          200);
  CHECK(from(office.answer(hot)) == "computed");
  CHECK(office.generations() == 2);
  CHECK(office.metric("seekd_kept_answers_ended_total") == 1);
}

TEST_CASE("nobody is given an answer that was made under other terms, or drawn at random") {
  Office office;
  const auto asked = [&](json::object fields) {
    fields["urls"] = json::array{url};
    return from(office.answer(ask("Which port does Kestrel use?", std::move(fields))));
  };
  asked({});
  CHECK(asked({}) == "kept");
  CHECK(asked({{"cache_salt", "other"}}) == "computed");
  CHECK(asked({{"max_tokens", 100}}) == "computed");
  CHECK(asked({{"temperature", 0.5}}) == "computed");
  CHECK(asked({{"temperature", 0.5}}) == "computed");
  CHECK(asked({{"temperature", 0.5}, {"seed", 7}}) == "computed");
  CHECK(asked({{"temperature", 0.5}, {"seed", 7}}) == "kept");
}

TEST_CASE("an old page of a kept answer is asked for again, and ends it when it has changed") {
  std::atomic<bool> changed = false;
  Office office([&](const fetcher::FetchRequest& request) {
    if (request.etag.empty()) return page_reply(request, fact);
    return changed ? page_reply(request, "Kestrel listens on port 9000 by default.")
                   : confirming_reply(request);
  });
  const std::string strict =
      ask("Which port does Kestrel use?", {{"urls", json::array{url}}, {"max_age", 0}});
  CHECK(from(office.answer(strict)) == "computed");
  const json::object again = office.answer(strict);
  CHECK(from(again) == "kept");
  CHECK(again.at("search_results").at(0).at("snapshot").at("state") == "revalidated");
  CHECK(office.door().asked() == 2);
  changed = true;
  CHECK(from(office.answer(strict)) == "computed");
}

TEST_CASE("what was made of a page that is forgotten is forgotten with it") {
  Office office;
  const std::string hot = ask("Which port does Kestrel use?", {{"urls", json::array{url}}});
  office.answer(hot);
  REQUIRE(office.daemon()
              .request("POST", "/seekd/v1/forget", json::serialize(json::object{{"pages", url}}))
              .status == 200);
  CHECK(from(office.answer(hot)) == "computed");
  CHECK(office.door().asked() == 2);
}

TEST_CASE("no answers are kept where the configuration gives them no memory") {
  config::Config config = many_config();
  config.answer.cache_bytes = 0;
  ServedDaemon daemon(config, std::make_unique<ScriptedModel>(fact));
  const std::string body = ask("Which port?", {{"disable_search", true}});
  for (int n = 0; n < 2; ++n) {
    CHECK(from(daemon.request("POST", "/v1/chat/completions", body).json()) == "computed");
  }
}

}  // namespace
}  // namespace seekd::daemon
