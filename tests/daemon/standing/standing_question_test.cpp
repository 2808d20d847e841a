// Standing questions in the whole daemon around a scripted model: when the model is asked, what is
// kept, and who is told.

#include <chrono>
#include <mutex>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/daemon/counted_door.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

const std::string url = "https://docs.example.org/kestrel";
const std::string question = "Which port does Kestrel use by default? See " + url;

std::string fact(int port) {
  return "The default port of Kestrel is " + std::to_string(port) + ".";
}

// A page, and a model that reads it out.
class Office {
 public:
  explicit Office(config::Config config = {})
      : daemon_(std::move(config), std::make_unique<ScriptedModel>(fact(7311))),
        door_(daemon_.fetcher_socket(), [this](const auto& request) {
          const std::lock_guard lock(mutex_);
          return page_reply(request, page_);
        }) {}

  ServedDaemon& daemon() { return daemon_; }
  int generations() { return daemon_.model().generations; }
  int asked() const { return door_.asked(); }

  void page_says(std::string text) {
    const std::lock_guard lock(mutex_);
    page_ = std::move(text);
  }

  json::object post(const std::string& path, const json::object& body) {
    const auto reply = daemon_.request("POST", "/seekd/v1/" + path, json::serialize(body));
    INFO(reply.body);
    REQUIRE(reply.status == 200);
    return reply.json();
  }

  // After its first run.
  json::object add(json::object terms = {{"every", 86'400}}) {
    terms["question"] = question;
    const std::int64_t id = post("watches", terms).at("id").as_int64();
    for (int n = 0; n < 3000; ++n) {
      json::object watch = show(id);
      if (watch.at("runs").as_int64() > 0) return watch;
      std::this_thread::sleep_for(10ms);
    }
    FAIL("the question was never asked");
    return {};
  }

  json::object show(std::int64_t id) {
    return daemon_.request("GET", "/seekd/v1/watch?id=" + std::to_string(id)).json();
  }

  json::object run(const json::object& watch) {
    return post("watch/run", {{"id", watch.at("id")}});
  }

 private:
  std::mutex mutex_;
  std::string page_ = fact(7311);
  ServedDaemon daemon_;
  CountedDoor door_;
};

std::string outcome(const json::object& watch) {
  return std::string(watch.at("history").at(0).at("outcome").as_string());
}

const json::object& latest(const json::object& watch) {
  return watch.at("answers").at(0).as_object();
}

TEST_CASE("a run whose pages did not change asks nothing of the model") {
  Office office;
  json::object watch = office.add();
  CHECK(outcome(watch) == "added");
  CHECK(latest(watch).at("answer").as_string() == fact(7311));
  CHECK(latest(watch).at("citations").at(0).at("url").as_string() == url);
  CHECK(office.generations() == 1);
  const int asked = office.asked();
  watch = office.run(watch);
  CHECK(outcome(watch) == "unchanged");
  CHECK(office.asked() == asked + 1);
  CHECK(office.generations() == 1);
  CHECK(watch.at("answers").as_array().size() == 1);
}

TEST_CASE("a page that has changed has the question answered again, and what is new is kept") {
  Office office;
  json::object watch = office.add();
  office.page_says(fact(7999));
  office.daemon().model().say(fact(7999));
  watch = office.run(watch);
  CHECK(outcome(watch) == "changed");
  CHECK(office.generations() == 2);
  REQUIRE(watch.at("answers").as_array().size() == 2);
  CHECK(latest(watch).at("event").as_int64() == 2);
  CHECK(latest(watch).at("answer").as_string() == fact(7999));
  const json::value& changed = latest(watch).at("changed").at(0);
  CHECK(changed.at("url").as_string() == url);
  CHECK(changed.at("version_before").as_int64() == 1);
  CHECK(changed.at("version").as_int64() == 2);
  // And is known from then on.
  watch = office.run(watch);
  CHECK(outcome(watch) == "unchanged");
  CHECK(office.generations() == 2);
}

TEST_CASE("an answer that is the same in spite of a changed page is told to nobody") {
  Office office;
  json::object watch = office.add();
  office.page_says(fact(7311) + " It is written in C++, and has been so from its first release.");
  watch = office.run(watch);
  CHECK(office.generations() == 2);
  CHECK(outcome(watch) == "unchanged");
  CHECK(watch.at("answers").as_array().size() == 1);
  CHECK(latest(watch).at("citations").at(0).at("version").as_int64() == 2);
}

TEST_CASE("the day's answers are bounded") {
  config::Config config;
  config.refresh.answers_per_day_max = 1;
  Office office(std::move(config));
  json::object watch = office.add();
  office.page_says(fact(7999));
  watch = office.run(watch);
  CHECK(outcome(watch) == "failed");
  CHECK(watch.at("history").at(0).at("reason").as_string() == "answers_spent");
  CHECK(office.generations() == 1);
}

TEST_CASE("who follows is told of what is kept and of what comes, until seekd ends") {
  Office office;
  const json::object watch = office.add();
  Client follower(office.daemon().socket());
  follower.send_request("POST", "/seekd/v1/watches/follow", R"({"after":0})");
  CHECK(follower.wait_for(R"("event":1)"));
  Client later(office.daemon().socket());
  later.send_request("POST", "/seekd/v1/watches/follow", "{}");
  CHECK(later.read_header().status == 200);
  office.page_says(fact(7999));
  office.daemon().model().say(fact(7999));
  office.run(watch);
  CHECK(follower.wait_for(R"("event":2)"));
  CHECK(later.wait_for(R"("event":2)"));
  Client gone(office.daemon().socket());
  gone.send_request("POST", "/seekd/v1/watches/follow", R"({"after":2})");
  CHECK(gone.read_header().status == 200);
  office.daemon().stop_refreshing();
  CHECK(later.wait_for("\r\n0\r\n"));
  CHECK(gone.wait_for("0\r\n"));
}

TEST_CASE("wrong questions are refused by the field's name") {
  Office office;
  const auto param = [&](const json::object& body) {
    const auto reply = office.daemon().request("POST", "/seekd/v1/watches", json::serialize(body));
    CHECK(reply.status == 400);
    return std::string(reply.json().at("error").at("param").as_string());
  };
  CHECK(param({{"question", ""}}) == "question");
  CHECK(param({{"question", std::string(5000, 'a')}}) == "question");
  CHECK(param({{"question", question}, {"url", url}}) == "url");
  CHECK(param({{"question", question}, {"webhook", "chat"}}) == "webhook");
  CHECK(param({{"question", question}, {"entries_max", 3}}) == "entries_max");
  CHECK(param({{"url", url}, {"webhook", "chat"}}) == "webhook");
}

TEST_CASE("the same question of the same owner gets other terms, and keeps its answers") {
  Office office;
  const json::object watch = office.add();
  const json::object again =
      office.post("watches", {{"question", question}, {"calendar", "Mon 06:00"}});
  CHECK(again.at("id") == watch.at("id"));
  CHECK(again.at("rhythm").as_string() == "calendar");
  CHECK(again.at("answers").as_array().size() == 1);
  office.post("watch/remove", {{"id", watch.at("id")}});
  CHECK(office.add().at("id").as_int64() > watch.at("id").as_int64());
}

}  // namespace
}  // namespace seekd::daemon
