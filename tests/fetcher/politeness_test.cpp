#include "fetcher/broker/politeness.h"

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::chrono_literals;
using Tickets = std::vector<Politeness::Ticket>;

namespace {

const Politeness::Clock::time_point start{1h};

Politeness::Turn turn(Politeness::Ticket ticket, const std::string& host, HostLimits limits = {}) {
  return {ticket, host, limits, Spacing::kept, start + 30s};
}

PolitenessLimits places(std::size_t count) {
  PolitenessLimits limits;
  limits.places_max = count;
  return limits;
}

}  // namespace

TEST_CASE("one host has no more than its places, and others go past those who wait for it") {
  Politeness politeness(places(10));
  for (Politeness::Ticket ticket = 1; ticket <= 3; ++ticket)
    politeness.ask(turn(ticket, "a"), start);
  politeness.ask(turn(4, "b"), start);
  CHECK(politeness.due(start) == Tickets{1, 4, 2});
  CHECK(politeness.due(start).empty());
  politeness.leave(2, start);
  CHECK(politeness.due(start) == Tickets{3});
}

TEST_CASE("all hosts together have no more than the broker's places") {
  Politeness politeness(places(2));
  for (Politeness::Ticket ticket = 1; ticket <= 3; ++ticket) {
    politeness.ask(turn(ticket, std::to_string(ticket)), start);
  }
  CHECK(politeness.due(start) == Tickets{1, 2});
  politeness.leave(1, start);
  CHECK(politeness.due(start) == Tickets{3});
}

TEST_CASE("a free place goes to the host that holds the fewest, however many another has waiting") {
  Politeness politeness(places(4));
  for (Politeness::Ticket ticket = 1; ticket <= 20; ++ticket) {
    politeness.ask(turn(ticket, "slow", {16, 0ms}), start);
  }
  for (const Politeness::Ticket ticket : {21, 22, 23}) {
    politeness.ask(turn(ticket, "host" + std::to_string(ticket)), start);
  }
  CHECK(politeness.due(start) == Tickets{1, 21, 22, 23});
}

TEST_CASE("no host takes the last place beside another of its own") {
  Politeness politeness(places(4));
  for (Politeness::Ticket ticket = 1; ticket <= 20; ++ticket) {
    politeness.ask(turn(ticket, "slow", {16, 0ms}), start);
  }
  CHECK(politeness.due(start) == Tickets{1, 2, 3});
  politeness.ask(turn(21, "quick"), start);
  CHECK(politeness.due(start) == Tickets{21});
  politeness.leave(21, start);
  CHECK(politeness.due(start).empty());
}

TEST_CASE("hosts that wait alike are served in turn") {
  Politeness politeness(places(1));
  for (const Politeness::Ticket ticket : {1, 2, 3}) politeness.ask(turn(ticket, "a"), start);
  for (const Politeness::Ticket ticket : {4, 5, 6}) politeness.ask(turn(ticket, "b"), start);
  Tickets order;
  for (int i = 0; i < 6; ++i) {
    for (const auto ticket : politeness.due(start)) order.push_back(ticket);
    politeness.leave(order.back(), start);
  }
  CHECK(order == Tickets{1, 4, 2, 5, 3, 6});
}

TEST_CASE("two pages of one host are an interval apart, though the first has ended") {
  Politeness politeness({});
  const HostLimits limits{2, 500ms};
  politeness.ask(turn(1, "a", limits), start);
  CHECK(politeness.due(start) == Tickets{1});
  politeness.leave(1, start + 10ms);
  politeness.ask(turn(2, "a", limits), start + 20ms);
  CHECK(politeness.due(start + 20ms).empty());
  CHECK(politeness.next_change(start + 20ms) == start + 500ms);
  CHECK(politeness.due(start + 500ms) == Tickets{2});
}

TEST_CASE("robots.txt neither waits for the interval nor begins one") {
  Politeness politeness({});
  Politeness::Turn robots = turn(1, "a", {2, 500ms});
  robots.spacing = Spacing::none;
  politeness.ask(robots, start);
  CHECK(politeness.due(start) == Tickets{1});
  politeness.ask(turn(2, "a", {2, 500ms}), start);
  CHECK(politeness.due(start) == Tickets{2});
  politeness.leave(1, start);
  robots.ticket = 3;
  politeness.ask(robots, start + 1ms);
  CHECK(politeness.due(start + 1ms) == Tickets{3});
}

TEST_CASE("the limits are those of whoever asks: a changed policy holds from the next turn on") {
  Politeness politeness({});
  politeness.ask(turn(1, "a", {2, 500ms}), start);
  CHECK(politeness.due(start) == Tickets{1});
  politeness.ask(turn(2, "a", {2, 100ms}), start + 1ms);
  CHECK(politeness.next_change(start + 1ms) == start + 100ms);
}

TEST_CASE("who leaves while waiting is not let in") {
  Politeness politeness(places(1));
  politeness.ask(turn(1, "a"), start);
  politeness.ask(turn(2, "b"), start);
  politeness.ask(turn(3, "c"), start);
  CHECK(politeness.due(start) == Tickets{1});
  politeness.leave(2, start);
  politeness.leave(1, start);
  CHECK(politeness.due(start) == Tickets{3});
  CHECK(politeness.waiting() == 0);
  CHECK(politeness.placed() == 1);
}

TEST_CASE("a host's queue has an end, and leaves room for others") {
  Politeness politeness({.places_max = 1, .waiting_max = 10, .waiting_per_host_max = 2});
  CHECK_FALSE(politeness.ask(turn(1, "a"), start));
  CHECK_FALSE(politeness.ask(turn(2, "a"), start));
  CHECK(politeness.ask(turn(3, "a"), start) == 1s);
  CHECK_FALSE(politeness.ask(turn(4, "b"), start));
  politeness.due(start);
  CHECK_FALSE(politeness.ask(turn(3, "a"), start));
}

TEST_CASE("all queues together have an end") {
  Politeness politeness({.places_max = 1, .waiting_max = 2, .waiting_per_host_max = 2});
  CHECK_FALSE(politeness.ask(turn(1, "a"), start));
  CHECK_FALSE(politeness.ask(turn(2, "b"), start));
  CHECK(politeness.ask(turn(3, "c"), start));
}

TEST_CASE("who could not go in time is told at once when to come back") {
  Politeness politeness({});
  const HostLimits limits{1, 20s};
  CHECK_FALSE(politeness.ask(turn(1, "a", limits), start));
  CHECK(politeness.due(start) == Tickets{1});
  CHECK_FALSE(politeness.ask(turn(2, "a", limits), start + 5s));
  CHECK(politeness.ask(turn(3, "a", limits), start + 5s) == 35s);
  CHECK(politeness.waiting() == 1);
}

TEST_CASE("nothing changes by itself where nobody waits for an interval") {
  Politeness politeness(places(1));
  CHECK_FALSE(politeness.next_change(start));
  politeness.ask(turn(1, "a"), start);
  politeness.ask(turn(2, "a"), start);
  politeness.due(start);
  CHECK_FALSE(politeness.next_change(start));
}
