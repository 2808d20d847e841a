#include "daemon/audit/unknown_callers.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using Entry = UnknownCallers::Entry;
constexpr UnknownCallers::Clock::time_point start{std::chrono::hours(5)};

std::size_t recorded_of(UnknownCallers& callers, std::size_t requests,
                        UnknownCallers::Clock::time_point now) {
  std::size_t recorded = 0;
  for (std::size_t i = 0; i < requests; ++i) {
    if (callers.enter(now) == Entry::recorded) ++recorded;
  }
  return recorded;
}

TEST_CASE("what comes over the bound of a period is counted, and given once") {
  UnknownCallers callers;
  CHECK(recorded_of(callers, 1000, start) == UnknownCallers::recorded_max);
  CHECK(callers.rest_due() == start + UnknownCallers::period);
  CHECK(callers.take_rest() == 1000 - UnknownCallers::recorded_max);
  CHECK(callers.take_rest() == 0);
  CHECK_FALSE(callers.rest_due());
}

TEST_CASE("a new period has records of its own, and keeps what was counted before it") {
  UnknownCallers callers;
  recorded_of(callers, 61, start);
  const auto later = start + UnknownCallers::period;
  CHECK(recorded_of(callers, 100, later) == UnknownCallers::recorded_max);
  CHECK(callers.take_rest() == 1 + 40);
}

TEST_CASE("few requests in a period are all recorded") {
  UnknownCallers callers;
  CHECK(recorded_of(callers, 30, start) == 30);
  CHECK(recorded_of(callers, 30, start + std::chrono::seconds(59)) == 30);
  CHECK_FALSE(callers.rest_due());
}

}  // namespace
}  // namespace seekd::daemon
