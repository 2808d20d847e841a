// What is learned of a page from visits that saw it changed, or not.

#include "policy/change_history.h"

#include <random>
#include <string>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using seekd::policy::change_rate;
using seekd::policy::ChangeHistory;
using seekd::policy::time_until_changed;
using seekd::policy::Visit;
using std::chrono::seconds;

namespace {

std::vector<Visit> visits(seconds since, const std::string& pattern) {
  std::vector<Visit> visits;
  for (const char c : pattern) visits.push_back({since, c == '+'});
  return visits;
}

}  // namespace

TEST_CASE("a page that nothing was seen of changes as is believed") {
  CHECK(time_until_changed(change_rate({}, 6h), 0.5) == 6h);
  CHECK(time_until_changed(change_rate(std::vector<Visit>{{0s, true}}, 6h), 0.5) == 6h);
}

TEST_CASE("of many visits the rate is that of Cho and Garcia-Molina, whatever was believed") {
  // X changes seen in n visits an interval I apart: -ln(1 - X/n) / I.
  std::string pattern;
  for (int i = 0; i < 400; ++i) pattern += i % 4 == 0 ? '+' : '-';
  for (const seconds believed : {seconds(60), seconds(12h)}) {
    CHECK(change_rate(visits(1h, pattern), believed) ==
          Approx(-std::log(1 - 0.25) / 3600).epsilon(0.03));
  }
}

TEST_CASE("the rate of a page that changes at random is found from irregular visits") {
  std::mt19937 dice(11);
  std::exponential_distribution<double> until_change(1.0 / 7200);
  std::uniform_int_distribution<int> until_visit(600, 20'000);
  std::vector<Visit> seen;
  double now = 0;
  double next_change = until_change(dice);
  for (int i = 0; i < 1000; ++i) {
    const int wait = until_visit(dice);
    now += wait;
    seen.push_back({seconds(wait), next_change <= now});
    while (next_change <= now) next_change += until_change(dice);
  }
  CHECK(change_rate(seen, 6h) == Approx(1.0 / 7200).epsilon(0.1));
}

TEST_CASE("a history counts all visits and keeps the latest") {
  ChangeHistory history;
  for (int i = 0; i < 30; ++i) history.add({seconds(i), i % 2 == 1});
  CHECK(history.visits == 30);
  CHECK(history.changes == 15);
  REQUIRE(history.recent.size() == ChangeHistory::recent_max);
  CHECK(history.recent.front() == Visit{10s, false});
  CHECK(history.recent.back() == Visit{29s, true});
}

TEST_CASE("a visit that a clock put before the one before it says nothing of the rate") {
  ChangeHistory history;
  history.add({-10s, true});
  CHECK(history.visits == 1);
  CHECK(history.recent.empty());
}
