#include "fetcher/broker/politeness.h"

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::chrono_literals;
using Tickets = std::vector<Politeness::Ticket>;

namespace {

const Politeness::Clock::time_point start{1h};

}  // namespace

TEST_CASE("one host has no more than its places, and others go past those who wait for it") {
  Politeness politeness({.places_max = 10, .per_host_max = 2});
  for (Politeness::Ticket ticket = 1; ticket <= 3; ++ticket) politeness.ask(ticket, "a");
  politeness.ask(4, "b");
  CHECK(politeness.due(start) == Tickets{1, 2, 4});
  CHECK(politeness.due(start).empty());
  politeness.leave(2, start);
  CHECK(politeness.due(start) == Tickets{3});
}

TEST_CASE("all hosts together have no more than the broker's places") {
  Politeness politeness({.places_max = 2, .per_host_max = 2});
  for (Politeness::Ticket ticket = 1; ticket <= 3; ++ticket) {
    politeness.ask(ticket, std::to_string(ticket));
  }
  CHECK(politeness.due(start) == Tickets{1, 2});
  politeness.leave(1, start);
  CHECK(politeness.due(start) == Tickets{3});
}

TEST_CASE("two requests to one host are an interval apart, though the first has ended") {
  Politeness politeness({.per_host_interval = 500ms});
  politeness.ask(1, "a");
  CHECK(politeness.due(start) == Tickets{1});
  politeness.leave(1, start + 10ms);
  politeness.ask(2, "a");
  CHECK(politeness.due(start + 20ms).empty());
  CHECK(politeness.next_change(start + 20ms) == start + 500ms);
  CHECK(politeness.due(start + 500ms) == Tickets{2});
}

TEST_CASE("who leaves while waiting is not let in") {
  Politeness politeness({.places_max = 1});
  politeness.ask(1, "a");
  politeness.ask(2, "b");
  politeness.ask(3, "c");
  CHECK(politeness.due(start) == Tickets{1});
  politeness.leave(2, start);
  politeness.leave(1, start);
  CHECK(politeness.due(start) == Tickets{3});
  CHECK(politeness.waiting() == 0);
  CHECK(politeness.placed() == 1);
}

TEST_CASE("the queue has an end") {
  Politeness politeness({.places_max = 1, .waiting_max = 2});
  CHECK(politeness.ask(1, "a") == Politeness::Answer::wait);
  CHECK(politeness.ask(2, "a") == Politeness::Answer::wait);
  CHECK(politeness.ask(3, "a") == Politeness::Answer::full);
  politeness.due(start);
  CHECK(politeness.ask(3, "a") == Politeness::Answer::wait);
}

TEST_CASE("nothing changes by itself where nobody waits for an interval") {
  Politeness politeness({.places_max = 1});
  CHECK_FALSE(politeness.next_change(start));
  politeness.ask(1, "a");
  politeness.ask(2, "a");
  politeness.due(start);
  CHECK_FALSE(politeness.next_change(start));
}
