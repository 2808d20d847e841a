#include "fetcher/broker/places.h"

#include <chrono>

#include <catch2/catch.hpp>

using namespace seekd::fetcher;
using namespace std::chrono_literals;

namespace {

Politeness::Turn turn(const char* host, std::chrono::milliseconds interval) {
  Politeness::Turn turn;
  turn.host = host;
  turn.limits = {1, interval};
  turn.until = Politeness::Clock::now() + 3h;
  return turn;
}

}  // namespace

TEST_CASE("a place given back while turns are called goes on at once, not with the next interval") {
  boost::asio::io_context io;
  Places places(io, {});
  std::unique_ptr<Places::Place> slow;
  std::unique_ptr<Places::Place> next_slow;
  std::unique_ptr<Places::Place> quick;
  bool next_slow_came = false;
  bool next_quick_came = false;
  slow = *places.ask(turn("slow.example", 1h), [&] { slow.reset(); });
  next_slow = *places.ask(turn("slow.example", 1h), [&] { next_slow_came = true; });
  quick = *places.ask(turn("quick.example", 0s), [&] {
    quick.reset();
    quick = *places.ask(turn("quick.example", 0s), [&] { next_quick_came = true; });
  });
  const auto end = std::chrono::steady_clock::now() + 30s;
  while (!next_quick_came && std::chrono::steady_clock::now() < end) io.run_one_for(100ms);
  CHECK(next_quick_came);
  CHECK_FALSE(next_slow_came);
}
