// Many askers at once: nobody starves, no page is fetched twice, and what seekd itself takes for an
// answer out of the cache is a small part of it. The hidden case measures it with 500
// (docs/measurements.md).

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <list>
#include <thread>

#include <catch2/catch.hpp>

#include "tests/daemon/counted_door.h"
#include "tests/daemon/served_daemon.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
namespace json = boost::json;

constexpr int pages = 50;

std::string page_url(int number) {
  return "https://docs.example.org/product/" + std::to_string(number);
}

std::string page_text(int number) {
  const std::string name = "Product" + std::to_string(number);
  return name + " is a message broker for small machines. The default port of " + name + " is " +
         std::to_string(7000 + number) + ". It keeps its messages on disk, and " + name +
         " needs no other program to run.";
}

// No two askers ask the same.
std::string ask(int asker, int turn, json::object fields = {}) {
  const std::string name = "Product" + std::to_string((asker + turn) % pages);
  const std::string text = "Which default port does " + name + " use, asks number " +
                           std::to_string(asker) + " in turn " + std::to_string(turn) + "?";
  fields["messages"] = json::array{{{"role", "user"}, {"content", text}}};
  fields["trace"] = true;
  return json::serialize(fields);
}

int moment_of(const json::object& answer, std::string_view name) {
  for (const json::value& step : answer.at("trace").as_array()) {
    if (step.at("step").as_string() == name) return static_cast<int>(step.at("at_ms").as_int64());
  }
  return 0;
}

// Of the time that an answer took its asker, all that passed before its prompt was with the model
// and after the model had ended.
int beside_the_model(const json::object& answer, std::chrono::milliseconds taken) {
  return static_cast<int>(taken.count()) -
         (moment_of(answer, "generated") - moment_of(answer, "prompt"));
}

struct Tally {
  std::vector<int> milliseconds;  // beside the model, each answer's
  std::vector<int> answered;      // by asker
  int refused = 0;
};

class Crowd {
 public:
  Crowd(int askers, std::chrono::milliseconds word_time, std::size_t at_model)
      : askers_(askers),
        daemon_(config(askers), std::make_unique<ScriptedModel>("The port is known.", word_time),
                at_model),
        door_(daemon_.fetcher_socket(), [](const fetcher::FetchRequest& request) {
          return page_reply(request, page_text(std::stoi(request.url.substr(33))));
        }) {}

  static config::Config config(int askers) {
    config::Config config;
    config.daemon.queue_max = static_cast<std::size_t>(askers);
    config.daemon.connections_max = static_cast<std::size_t>(askers) + 16;
    return config;
  }

  CountedDoor& door() { return door_; }

  void know_pages() {
    for (int n = 0; n < pages; ++n) {
      const json::object page{{"url", page_url(n)}, {"text", page_text(n)}};
      const auto kept = daemon_.request("POST", "/seekd/v1/import", json::serialize(page));
      REQUIRE(kept.status == 200);
    }
  }

  // Each asks `turns` times, one after the other.
  Tally run(int turns, bool name_pages) {
    std::list<Client> callers;
    for (int n = 0; n < askers_; ++n) callers.emplace_back(daemon_.socket());
    std::vector<Tally> tallies(static_cast<std::size_t>(askers_));
    std::vector<std::jthread> threads;
    int asker = 0;
    for (Client& caller : callers) {
      threads.emplace_back(
          [&caller, &tally = tallies[static_cast<std::size_t>(asker)], asker, turns, name_pages] {
            for (int turn = 0; turn < turns; ++turn) {
              json::object fields;
              if (name_pages) fields["urls"] = json::array{page_url((asker + turn) % pages)};
              const auto sent = std::chrono::steady_clock::now();
              caller.send_request("POST", "/v1/chat/completions", ask(asker, turn, fields));
              const auto reply = caller.read_reply();
              const auto taken = std::chrono::duration_cast<std::chrono::milliseconds>(
                  std::chrono::steady_clock::now() - sent);
              if (reply.status != 200) {
                ++tally.refused;
              } else {
                tally.milliseconds.push_back(beside_the_model(reply.json(), taken));
              }
            }
          });
      ++asker;
    }
    threads.clear();
    Tally all;
    for (const Tally& tally : tallies) {
      all.refused += tally.refused;
      all.answered.push_back(static_cast<int>(tally.milliseconds.size()));
      all.milliseconds.insert(all.milliseconds.end(), tally.milliseconds.begin(),
                              tally.milliseconds.end());
    }
    return all;
  }

 private:
  const int askers_;
  ServedDaemon daemon_;
  CountedDoor door_;
};

int percentile(std::vector<int> values, int percent) {
  std::ranges::sort(values);
  return values[(values.size() - 1) * static_cast<std::size_t>(percent) / 100];
}

TEST_CASE("of many askers each is answered, and no page is fetched twice") {
  Crowd crowd(64, 0ms, 16);
  const Tally tally = crowd.run(2, true);
  CHECK(tally.refused == 0);
  CHECK(std::ranges::all_of(tally.answered, [](int answered) { return answered == 2; }));
  CHECK(crowd.door().asked() == pages);
}

// Not run by itself: daemon_askers_test "[askers]".
TEST_CASE("500 askers", "[.][askers]") {
  constexpr int askers = 500;
  Crowd crowd(askers, 50ms, 16);
  crowd.know_pages();
  const Tally all_at_once = crowd.run(1, false);
  const Tally steady = crowd.run(6, false);
  // The first turn of all comes at once, too: what is steady are the turns after it.
  std::vector<int> later;
  for (std::size_t at = 0; at < steady.milliseconds.size(); ++at) {
    if (at % 6 > 0) later.push_back(steady.milliseconds[at]);
  }
  std::printf(
      "beside the model, ms: all at once p50 %d p99 %d; steady p50 %d p99 %d; refused %d; "
      "fewest answers of one asker %d; fetches %d\n",
      percentile(all_at_once.milliseconds, 50), percentile(all_at_once.milliseconds, 99),
      percentile(later, 50), percentile(later, 99), all_at_once.refused + steady.refused,
      std::ranges::min(steady.answered), crowd.door().asked());
  CHECK(steady.refused == 0);
  CHECK(crowd.door().asked() == 0);
}

}  // namespace
}  // namespace seekd::daemon
