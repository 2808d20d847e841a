// Clocks that jump by a year, and who is believed.

#include "policy/trusted_clock.h"

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using seekd::TimePoint;
using seekd::policy::ClockMark;
using seekd::policy::Clocks;
using seekd::policy::ClockTrust;
using seekd::policy::TrustedClock;
using std::chrono::seconds;

namespace {

constexpr seconds year = 365 * 24h;
const TimePoint noon = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22) + 12h;

// A host: both clocks go on together, but for the steps of one.
struct Host {
  Clocks clocks{noon, 5000s};

  const Clocks& pass(seconds time) {
    clocks.wall += time;
    clocks.since_boot += time;
    return clocks;
  }
  const Clocks& step(seconds by) {
    clocks.wall += by;
    return clocks;
  }
};

}  // namespace

TEST_CASE("a wall clock that goes as the clock since boot does is the time") {
  Host host;
  TrustedClock clock(std::nullopt, "boot", host.clocks);
  for (int i = 0; i < 100; ++i) {
    const auto reading = clock.read(host.pass(6h));
    CHECK(reading.trust == ClockTrust::trusted);
    CHECK(reading.now == host.clocks.wall);
    CHECK(reading.latest == host.clocks.wall);
  }
}

TEST_CASE("small steps are believed, as time servers make them") {
  Host host;
  TrustedClock clock(std::nullopt, "boot", host.clocks);
  for (const seconds step : {40s, -40s, 1800s, -1800s}) {
    clock.read(host.pass(10s));
    CHECK(clock.read(host.step(step)).now == host.clocks.wall);
  }
}

TEST_CASE("after a jump time goes on as before, and what is fresh is judged by the later clock") {
  for (const seconds jump : {year, -year}) {
    Host host;
    TrustedClock clock(std::nullopt, "boot", host.clocks);
    clock.read(host.pass(60s));
    host.step(jump);
    const auto reading = clock.read(host.pass(60s));
    CHECK(reading.now == noon + 120s);
    CHECK(reading.latest == std::max(noon + 120s, host.clocks.wall));
    CHECK(reading.trust == (jump > 0s ? ClockTrust::forward : ClockTrust::back));
    CHECK_FALSE(clock.mark(host.clocks));
    // Put right again, the clock is the time at once.
    CHECK(clock.read(host.step(-jump)).trust == ClockTrust::trusted);
    CHECK(clock.mark(host.clocks));
  }
}

TEST_CASE("two hosts whose dates agree with the wall clock make it the time") {
  for (const seconds jump : {year, -year}) {
    Host host;
    TrustedClock clock(std::nullopt, "boot", host.clocks);
    host.step(jump);
    clock.witness("a.example", host.clocks.wall + 3s, host.pass(1s));
    clock.witness("a.example", host.clocks.wall - 3s, host.pass(1s));
    CHECK(clock.read(host.clocks).trust != ClockTrust::trusted);
    clock.witness("b.example", host.clocks.wall, host.pass(1s));
    CHECK(clock.read(host.clocks).trust == ClockTrust::trusted);
    CHECK(clock.read(host.clocks).now == host.clocks.wall);
  }
}

TEST_CASE("a host that agrees with the time before takes the others' word back") {
  Host host;
  TrustedClock clock(std::nullopt, "boot", host.clocks);
  host.step(year);
  clock.witness("a.example", host.clocks.wall, host.pass(1s));
  clock.witness("honest.example", host.clocks.wall - year, host.pass(1s));
  clock.witness("b.example", host.clocks.wall, host.pass(1s));
  CHECK(clock.read(host.clocks).trust == ClockTrust::forward);
}

TEST_CASE("a date that agrees with neither clock says nothing") {
  Host host;
  TrustedClock clock(std::nullopt, "boot", host.clocks);
  host.step(year);
  for (const char* name : {"a.example", "b.example", "c.example"}) {
    clock.witness(name, noon + 90 * 24h, host.pass(1s));
  }
  CHECK(clock.read(host.clocks).trust == ClockTrust::forward);
}

TEST_CASE("a step that nobody contradicts for a day is believed, one that does not stand is not") {
  Host host;
  TrustedClock clock(std::nullopt, "boot", host.clocks);
  host.step(year);
  for (int hour = 0; hour < 24; ++hour) {
    CHECK(clock.read(host.clocks).trust == ClockTrust::forward);
    host.pass(1h);
  }
  CHECK(clock.read(host.clocks).trust == ClockTrust::trusted);

  clock.read(host.step(year));
  clock.read(host.pass(20h));
  clock.read(host.step(50h));  // a day's probation begins anew
  CHECK(clock.read(host.pass(20h)).trust == ClockTrust::forward);
  clock.witness("a.example", host.clocks.wall - year - 50h, host.clocks);
  CHECK(clock.read(host.pass(20h)).trust == ClockTrust::forward);
}

TEST_CASE("over a restart of the program the clock since boot says how long it was down") {
  Host host;
  TrustedClock before(std::nullopt, "boot", host.clocks);
  const auto mark = before.mark(host.pass(10s));
  REQUIRE(mark);
  host.pass(30 * 24h);
  TrustedClock right(mark, "boot", host.clocks);
  CHECK(right.read(host.clocks).trust == ClockTrust::trusted);
  host.step(-year);
  TrustedClock wrong(mark, "boot", host.clocks);
  CHECK(wrong.read(host.clocks).trust == ClockTrust::back);
  CHECK(wrong.read(host.clocks).now == host.clocks.wall + year);
}

TEST_CASE("over a restart of the host the wall clock is believed for some days, and never back") {
  const ClockMark mark{{noon, 5000s}, "first"};
  const auto after = [&](seconds away) {
    const Clocks start{noon + away, 20s};
    return TrustedClock(mark, "second", start).read(start);
  };
  CHECK(after(10s).trust == ClockTrust::trusted);
  CHECK(after(2 * 24h).trust == ClockTrust::trusted);
  CHECK(after(-60s).trust == ClockTrust::trusted);
  CHECK(after(year).trust == ClockTrust::forward);
  CHECK(after(year).now == noon);
  CHECK(after(-year).trust == ClockTrust::back);
  CHECK(after(-year).now == noon);
}

TEST_CASE("a host that was off for long is believed after two dates") {
  const Clocks start{noon + year, 20s};
  TrustedClock clock(ClockMark{{noon, 5000s}, "first"}, "second", start);
  clock.witness("a.example", start.wall, start);
  clock.witness("b.example", start.wall, start);
  CHECK(clock.read(start).now == start.wall);
}
