// What is learned of a page that changes at a known rate.

#include "daemon/refresh/learned_interval.h"

#include <random>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2);

WatchRun run(seconds after, RunOutcome outcome) {
  WatchRun run;
  run.at = start + after;
  run.outcome = outcome;
  return run;
}

// Runs one interval apart; `pattern` says which saw a change.
std::vector<WatchRun> history(seconds interval, const std::string& pattern) {
  std::vector<WatchRun> runs{run(0s, RunOutcome::added)};
  for (const char c : pattern) {
    runs.push_back(run(interval * static_cast<int>(runs.size()),
                       c == '+' ? RunOutcome::changed : RunOutcome::unchanged));
  }
  return runs;
}

TEST_CASE("of a page that nothing is known of, six hours are believed") {
  CHECK(learned_interval({}) == 6h);
  CHECK(learned_interval(history(1h, "")) == 6h);
}

TEST_CASE("a page that never changes is asked less and less, one that always does more and more") {
  seconds before = 6h;
  std::string pattern;
  for (int i = 0; i < 12; ++i) {
    pattern += '-';
    const seconds now = learned_interval(history(12h, pattern));
    CHECK(now > before);
    before = now;
  }
  CHECK(before > 7 * 24h);
  before = 6h;
  pattern.clear();
  for (int i = 0; i < 12; ++i) {
    pattern += '+';
    const seconds now = learned_interval(history(1h, pattern));
    CHECK(now < before);
    before = now;
  }
  CHECK(before < 30min);
}

TEST_CASE("a page that has changed in half of its runs is run at that interval") {
  CHECK(learned_interval(history(10h, "+-+-+-+-+-+-+-")).count() ==
        Approx(seconds(10h).count()).epsilon(0.1));
}

TEST_CASE("runs that failed, and those that a stepped clock misplaced, say nothing") {
  auto runs = history(10h, "+-+-");
  const seconds learned = learned_interval(runs);
  auto with_failures = runs;
  with_failures.insert(with_failures.begin() + 2, run(15h, RunOutcome::failed));
  CHECK(learned_interval(with_failures) == learned);
  auto stepped = runs;
  stepped.push_back(run(-1000h, RunOutcome::changed));
  CHECK(learned_interval(stepped) == learned);
}

TEST_CASE("pages that change at random are visited about as often as they change") {
  std::mt19937 dice(7);
  for (const double mean_hours : {1.0, 8.0, 50.0}) {
    std::exponential_distribution<double> until_change(1.0 / mean_hours);
    std::vector<double> learned;
    for (int page = 0; page < 60; ++page) {
      std::vector<WatchRun> runs{run(0s, RunOutcome::added)};
      double now = 0;
      double next_change = until_change(dice);
      for (int i = 0; i < 40; ++i) {
        const std::size_t kept = std::min<std::size_t>(runs.size(), watch_runs_kept);
        const seconds wait = learned_interval(std::span(runs).last(kept));
        now += static_cast<double>(wait.count()) / 3600;
        const bool changed = next_change <= now;
        while (next_change <= now) next_change += until_change(dice);
        runs.push_back(run(seconds(static_cast<std::int64_t>(now * 3600)),
                           changed ? RunOutcome::changed : RunOutcome::unchanged));
      }
      learned.push_back(
          static_cast<double>(learned_interval(std::span(runs).last(watch_runs_kept)).count()) /
          3600);
    }
    std::ranges::sort(learned);
    // ln 2 of the mean is where a change is as likely as not.
    CHECK(learned[30] > 0.5 * mean_hours * 0.69);
    CHECK(learned[30] < 2.0 * mean_hours * 0.69);
  }
}

}  // namespace
}  // namespace seekd::daemon
