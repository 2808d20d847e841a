// Which watch runs when, on a clock that the test sets: rhythms, missed runs, budgets, quiet hours,
// and clocks that jump.

#include "daemon/refresh/scheduler.h"

#include <catch2/catch.hpp>

#include "daemon/refresh/due_time.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 3 / 2);  // a Monday
constexpr auto year = 365 * 24h;

config::RefreshConfig exact() {
  config::RefreshConfig config;
  config.jitter = 0s;
  return config;
}

WatchTerms every(seconds interval) {
  return {.rhythm = Rhythm::interval, .calendar = "", .interval = interval, .entries_max = 20};
}

WatchTerms at(std::string calendar) {
  return {.rhythm = Rhythm::calendar, .calendar = std::move(calendar), .entries_max = 20};
}

VisitResult unchanged() {
  VisitResult result;
  result.run.outcome = RunOutcome::unchanged;
  return result;
}

VisitResult failed(std::string reason) {
  VisitResult result;
  result.run.reason = std::move(reason);
  return result;
}

std::uint64_t add(Scheduler& scheduler, const WatchTerms& terms, TimePoint now,
                  const std::string& url = "https://example.org/") {
  const auto watch = scheduler.add(url, terms, now);
  REQUIRE(watch);
  return (*watch)->id;
}

// Runs what is due, each successfully and at once.
std::size_t run_due(Scheduler& scheduler, TimePoint now) {
  std::size_t runs = 0;
  while (true) {
    const auto begun = scheduler.begin_due(now);
    if (begun.empty()) return runs;
    for (const std::uint64_t id : begun) {
      VisitResult result = unchanged();
      result.run.at = now;
      scheduler.spend(1, 100, now);
      scheduler.finished(id, result, now);
      ++runs;
    }
  }
}

TEST_CASE("a new watch runs at once, and then so long after each run as it was told") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const std::uint64_t id = add(scheduler, every(2h), start);
  CHECK(scheduler.begin_due(start) == std::vector{id});
  CHECK(scheduler.begin_due(start + 5h).empty());  // it runs still
  scheduler.finished(id, unchanged(), start + 10min);
  CHECK(scheduler.begin_due(start + 2h).empty());
  CHECK(scheduler.begin_due(start + 2h + 10min) == std::vector{id});
}

TEST_CASE("a question is one watch for each owner, and a day's answers are bounded") {
  config::RefreshConfig config = exact();
  config.answers_per_day_max = 1;
  Scheduler scheduler(config, {}, {}, start);
  const auto ask = [&](const std::string& text, const std::string& owner) {
    const auto watch = scheduler.add(
        StandingQuestion{
            text, "", {.known_by = KnownBy::key, .name = owner, .account = {}, .roles = {}}},
        every(2h), start);
    REQUIRE(watch);
    return (*watch)->id;
  };
  const std::uint64_t first = ask("Which port?", "alice");
  CHECK(ask("Which port?", "alice") == first);
  CHECK(ask("Which port?", "bob") != first);
  CHECK(ask("Which name?", "alice") != first);
  CHECK(scheduler.find("") == nullptr);

  CHECK(scheduler.may_answer(start));
  scheduler.spend_answer(start);
  CHECK_FALSE(scheduler.may_answer(start + 23h));
  CHECK(scheduler.may_answer(start + 24h));
  const std::uint64_t event = scheduler.next_event();
  CHECK(scheduler.next_event() == event + 1);
  CHECK(scheduler.ledger(start + 24h).next_event == event + 2);
}

TEST_CASE("a calendar's watch runs at its moments") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const std::uint64_t id = add(scheduler, at("Mon..Fri 06:00"), start);
  CHECK(run_due(scheduler, start) == 1);
  CHECK(scheduler.find(id)->due == start + 6h);
  CHECK(run_due(scheduler, start + 6h - 1s) == 0);
  CHECK(run_due(scheduler, start + 6h) == 1);
  CHECK(scheduler.find(id)->due == start + 30h);
  // On Friday the next one is Monday's.
  CHECK(run_due(scheduler, start + 4 * 24h + 6h) == 1);
  CHECK(scheduler.find(id)->due == start + 7 * 24h + 6h);
}

TEST_CASE("a calendar that has no moment left leaves its watch at rest") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const std::uint64_t id = add(scheduler, at("2026-03-02 12:00"), start);
  CHECK(run_due(scheduler, start) == 1);
  CHECK(run_due(scheduler, start + 12h) == 1);
  CHECK(scheduler.find(id)->due == std::nullopt);
  CHECK(run_due(scheduler, start + 10 * year) == 0);
}

TEST_CASE("runs that were missed while nobody was there are made up for once") {
  const config::RefreshConfig config = exact();
  Watch hourly;
  hourly.id = 3;
  hourly.url = "https://example.org/";
  hourly.terms = every(1h);
  hourly.due = start;
  Watch daily = hourly;
  daily.id = 4;
  daily.url += "daily";
  daily.terms = at("06:00");
  const TimePoint back = start + 10 * 24h + 7h;
  Scheduler scheduler(config, {hourly, daily}, {}, back);
  CHECK(run_due(scheduler, back) == 2);
  CHECK(run_due(scheduler, back) == 0);
  CHECK(scheduler.find(3)->due == back + 1h);
  CHECK(scheduler.find(4)->due == start + 11 * 24h + 6h);
}

TEST_CASE("a clock that jumps a year ahead lets each watch run once, and on from there") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  for (int i = 0; i < 50; ++i) {
    add(scheduler, i % 2 == 0 ? every(1h) : at("*:00"), start,
        "https://example.org/" + std::to_string(i));
  }
  CHECK(run_due(scheduler, start) == 50);
  CHECK(run_due(scheduler, start + year) == 50);
  CHECK(run_due(scheduler, start + year + 1min) == 0);
  CHECK(run_due(scheduler, start + year + 1h) == 50);
}

TEST_CASE("a clock that jumps a year back stalls nobody, and starts no storm") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  add(scheduler, every(1h), start, "https://example.org/a");
  add(scheduler, at("*:00"), start, "https://example.org/b");
  add(scheduler, WatchTerms(), start, "https://example.org/c");  // learned
  CHECK(run_due(scheduler, start) == 3);
  const TimePoint back = start - year;
  CHECK(run_due(scheduler, back) == 0);
  CHECK(run_due(scheduler, back + 1h) == 2);
  CHECK(run_due(scheduler, back + 7h) == 3);
}

TEST_CASE("a clock that was a year ahead when watches were stored is no reason to wait for it") {
  const config::RefreshConfig config = exact();
  Watch watch;
  watch.id = 1;
  watch.url = "https://example.org/";
  watch.terms = every(1h);
  watch.due = start + year;
  Watch spent = watch;
  spent.id = 2;
  spent.terms = at("2026-12-24");
  spent.due = std::nullopt;  // as of the year after
  Scheduler scheduler(config, {watch, spent}, {}, start);
  CHECK(scheduler.find(1)->due == start + 1h);
  CHECK(scheduler.find(2)->due == start + 297 * 24h);
}

TEST_CASE("a pause is never longer than it takes to notice that the clock was set") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  CHECK(scheduler.pause(start) == 30s);
  add(scheduler, every(1h), start);
  CHECK(run_due(scheduler, start) == 1);
  CHECK(scheduler.pause(start) == 30s);
  CHECK(scheduler.pause(start + 1h - 12s) == 12s);
}

TEST_CASE("so many run at once as may, the longest overdue first") {
  config::RefreshConfig config = exact();
  config.running_max = 2;
  Scheduler scheduler(config, {}, {}, start);
  const auto c = add(scheduler, every(1h), start + 2s, "https://example.org/c");
  const auto b = add(scheduler, every(1h), start + 1s, "https://example.org/b");
  const auto a = add(scheduler, every(1h), start, "https://example.org/a");
  const TimePoint now = start + 10s;
  CHECK(scheduler.overdue(now) == 10s);
  CHECK(scheduler.begin_due(now) == std::vector{a, b});
  CHECK(scheduler.begin_due(now).empty());
  CHECK(scheduler.overdue(now) == 8s);
  scheduler.abandoned(a);  // broken off: it is due still
  CHECK(scheduler.begin_due(now) == std::vector{a});
  scheduler.finished(b, unchanged(), now);
  CHECK(scheduler.begin_due(now) == std::vector{c});
}

TEST_CASE("in the quiet hours nothing begins, and what fell into them runs when they end") {
  config::RefreshConfig config = exact();
  config.quiet_hours = policy::Hours{.begin = 22h, .end = 6h, .utc_offset = 1h};
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, at("*:30"), start + 20h);
  CHECK(run_due(scheduler, start + 20h) == 1);
  CHECK(run_due(scheduler, start + 20h + 30min) == 1);
  CHECK(quiet_until(config, start + 21h) == start + 29h);  // 22:00 +01:00
  CHECK(run_due(scheduler, start + 21h + 30min) == 0);
  CHECK(run_due(scheduler, start + 29h - 1s) == 0);
  CHECK(run_due(scheduler, start + 29h) == 1);
  // Whoever asks for a run gets it, whatever the hour.
  CHECK(*scheduler.begin(id, start + 22h) == Scheduler::Begun::now);
  CHECK(*scheduler.begin(id, start + 22h) == Scheduler::Begun::before);
}

TEST_CASE("quiet hours that begin or end at midnight are what they say") {
  config::RefreshConfig config = exact();
  config.quiet_hours = policy::Hours{.begin = 0h, .end = 6h};
  CHECK(quiet_until(config, start) == start + 6h);
  CHECK(quiet_until(config, start + 6h) == std::nullopt);
  CHECK(quiet_until(config, start + 24h - 1s) == std::nullopt);
  config.quiet_hours = policy::Hours{.begin = 22h, .end = 24h};
  CHECK(quiet_until(config, start) == std::nullopt);
  CHECK(quiet_until(config, start + 23h) == start + 24h);
}

TEST_CASE("a day's budget of pages and bytes ends with the day") {
  config::RefreshConfig config = exact();
  config.pages_per_day_max = 3;
  Scheduler scheduler(config, {}, {}, start);
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    add(scheduler, every(1h), start, std::string("https://example.org/") + name);
  }
  config.running_max = 1;
  CHECK(run_due(scheduler, start) == 3);
  CHECK(run_due(scheduler, start + 20h) == 0);
  CHECK(scheduler.begin(1, start + 20h).error().code == ErrorCode::busy);
  CHECK(scheduler.ledger(start + 20h).pages == 3);
  CHECK(scheduler.ledger(start + 24h).pages == 0);
  CHECK(run_due(scheduler, start + 24h) == 3);

  Scheduler after_restart(config, {}, scheduler.ledger(start + 24h), start + 24h);
  CHECK_FALSE(after_restart.affordable(start + 25h));

  config.pages_per_day_max = 1000;
  config.bytes_per_day_max = 250;
  Scheduler by_bytes(config, {}, {}, start);
  for (const char* name : {"a", "b", "c", "d", "e"}) {
    add(by_bytes, every(1h), start, std::string("https://example.org/") + name);
  }
  CHECK(run_due(by_bytes, start) == 3);
}

TEST_CASE("failures put the next run off, more each time; a success brings it back") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  TimePoint now = start;
  for (const auto expected : {1h, 2h, 4h, 8h, 16h, 16h}) {
    CHECK(scheduler.begin_due(now) == std::vector{id});
    const Watch* const watch = scheduler.finished(id, failed("http_error"), now);
    CHECK(*watch->due - now == expected);
    now = *watch->due;
  }
  CHECK(scheduler.find(id)->failures == 6);
  CHECK(scheduler.begin_due(now) == std::vector{id});
  CHECK(*scheduler.finished(id, unchanged(), now)->due - now == 1h);
  CHECK(scheduler.find(id)->failures_in_row == 0);
}

TEST_CASE("while no fetcher answers, a watch tries again soon and goes on when it does") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, at("06:00"), start);
  TimePoint now = start;
  for (const auto expected : {1min, 2min, 4min}) {
    CHECK(scheduler.begin_due(now) == std::vector{id});
    const Watch* const watch = scheduler.finished(id, failed("fetcher_unavailable"), now);
    CHECK(*watch->due - now == expected);
    now = *watch->due;
  }
}

TEST_CASE("a server that asks for a pause gets it") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  scheduler.begin_due(start);
  VisitResult result = failed("http_error");
  result.retry_after = 5h;
  CHECK(scheduler.finished(id, result, start)->due == start + 5h);
}

TEST_CASE("between two runs lies the least interval, however often the calendar elapses") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, at("*:*:*"), start);
  CHECK(run_due(scheduler, start) == 1);
  CHECK(scheduler.find(id)->due == start + 60s);
}

TEST_CASE(
    "jitter spreads the runs of one moment, keeps near it, and leaves the mean of an interval") {
  config::RefreshConfig config = exact();
  config.jitter = 5min;
  Watch watch;
  watch.terms = at("06:00");
  std::set<TimePoint> moments;
  for (watch.id = 1; watch.id <= 100; ++watch.id) {
    const auto due = next_due(watch, start, config);
    REQUIRE(due);
    CHECK(*due >= start + 6h);
    CHECK(*due < start + 6h + 5min);
    moments.insert(*due);
  }
  CHECK(moments.size() > 60);
  watch.terms = at("*:0/10");  // a tenth of what lies between two runs
  for (watch.id = 1; watch.id <= 100; ++watch.id) {
    CHECK(*next_due(watch, start, config) < start + 11min);
  }
  watch.terms = every(1h);
  seconds sum{0};
  for (watch.runs = 0; watch.runs < 1000; ++watch.runs)
    sum += *next_due(watch, start, config) - start;
  CHECK(sum / 1000 > 59min);
  CHECK(sum / 1000 < 61min);
}

TEST_CASE("a removed watch runs no more, and what ran of it is forgotten") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  scheduler.begin_due(start);
  CHECK(scheduler.remove(id));
  CHECK_FALSE(scheduler.remove(id));
  CHECK(scheduler.finished(id, unchanged(), start) == nullptr);
  CHECK(run_due(scheduler, start + year) == 0);
  CHECK(scheduler.begin(id, start).error().code == ErrorCode::not_found);
  CHECK(add(scheduler, every(1h), start) == id + 1);  // its number is never given out again
}

TEST_CASE("a page is watched once: other terms take the place of the first") {
  config::RefreshConfig config = exact();
  config.watches_max = 2;
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  CHECK(run_due(scheduler, start) == 1);
  CHECK(add(scheduler, every(5h), start + 1h) == id);
  CHECK(scheduler.find(id)->due == start + 6h);
  CHECK(scheduler.find(id)->runs == 1);
  add(scheduler, every(1h), start, "https://example.org/other");
  const auto third = scheduler.add("https://example.org/third", every(1h), start);
  REQUIRE_FALSE(third);
  CHECK(third.error().code == ErrorCode::busy);
  CHECK(third.error().message.contains("refresh.watches_max"));
}

TEST_CASE("the latest runs are kept, and counted all") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  TimePoint now = start;
  for (int i = 0; i < 40; ++i) {
    scheduler.begin_due(now);
    VisitResult result;
    result.run.at = now;
    result.run.outcome = i % 2 == 0 ? RunOutcome::changed : RunOutcome::unchanged;
    result.not_modified = i % 2 == 0 ? VisitResult::Confirmed::no : VisitResult::Confirmed::yes;
    scheduler.finished(id, result, now);
    now += 1h;
  }
  const Watch& watch = *scheduler.find(id);
  CHECK(watch.runs == 40);
  CHECK(watch.changes == 20);
  CHECK(watch.not_modified == 20);
  CHECK(watch.history.size() == watch_runs_kept);
  CHECK(watch.history.back().at == now - 1h);
}

TEST_CASE("entries that were given up are remembered, up to a bound") {
  const config::RefreshConfig config = exact();
  Scheduler scheduler(config, {}, {}, start);
  const auto id = add(scheduler, every(1h), start);
  const auto give_up = [&](std::vector<std::uint64_t> entries) {
    scheduler.begin_due(start);
    VisitResult result = unchanged();
    result.given_up = std::move(entries);
    scheduler.finished(id, result, start);
  };
  give_up({9, 2});
  give_up({5, 9});
  CHECK(scheduler.find(id)->given_up == std::vector<std::uint64_t>{2, 5, 9});
  std::vector<std::uint64_t> many(entries_given_up_max);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = 1000 + i;
  give_up(many);
  CHECK(scheduler.find(id)->given_up.size() <= entries_given_up_max);
}

}  // namespace
}  // namespace seekd::daemon
