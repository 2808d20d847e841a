#include "fetcher/broker/host_pauses.h"

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::chrono_literals;

namespace {

const HostPauses::Clock::time_point start{};

}  // namespace

TEST_CASE("a pause holds for its host until it is over") {
  HostPauses pauses;
  pauses.pause("a.example.org", 10s, start);
  CHECK(pauses.left("a.example.org", start) == 10s);
  CHECK(pauses.left("a.example.org", start + 9s) == 1s);
  CHECK(pauses.left("a.example.org", start + 10s) == 0s);
  CHECK(pauses.left("b.example.org", start) == 0s);
}

TEST_CASE("no server silences itself for longer than an hour") {
  HostPauses pauses;
  pauses.pause("a.example.org", 24h, start);
  CHECK(pauses.left("a.example.org", start) == 1h);
}

TEST_CASE("no pause is no entry") {
  HostPauses pauses;
  pauses.pause("a.example.org", 0s, start);
  CHECK(pauses.left("a.example.org", start) == 0s);
}

TEST_CASE("where there are too many, the pause that ends first makes room") {
  HostPauses pauses;
  for (std::size_t i = 0; i <= HostPauses::hosts_max; ++i) {
    pauses.pause("host" + std::to_string(i), 10s + std::chrono::seconds(i % 7), start);
  }
  CHECK(pauses.left("host0", start) == 0s);
  CHECK(pauses.left("host1", start) == 11s);
  CHECK(pauses.left("host" + std::to_string(HostPauses::hosts_max), start) > 0s);
}
