#include "daemon/fair_shares.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using Duration = FairShares::Duration;

struct Customer {
  Claimant claimant;
  Duration piece;  // how long each of his takes
};

// Seconds that each has had when all together have had `whole`, one piece running at a time, where
// each has always two pieces there.
std::map<std::string, double> serve(FairShares& shares, const std::vector<Customer>& customers,
                                    Duration whole) {
  for (const Customer& customer : customers) {
    shares.arrived(customer.claimant);
    shares.arrived(customer.claimant);
  }
  std::map<std::string, double> had;
  for (Duration served{0}; served < whole;) {
    const auto& next = *std::ranges::min_element(
        customers, [&](const auto& a, const auto& b) { return shares.comes_before(a, b); },
        &Customer::claimant);
    const Duration counted = shares.began(next.claimant);
    shares.ended(next.claimant, counted, next.piece);
    shares.arrived(next.claimant);
    had[next.claimant.name] += next.piece.count();
    served += next.piece;
  }
  for (const Customer& customer : customers) {
    shares.left(customer.claimant);
    shares.left(customer.claimant);
  }
  return had;
}

TEST_CASE("callers have as much time as each other, whatever their pieces take") {
  FairShares shares;
  const auto had = serve(
      shares, {{{"long"}, Duration(7)}, {{"short"}, Duration(0.5)}, {{"middle"}, Duration(2)}},
      Duration(3000));
  for (const auto& [name, time] : had) {
    INFO(name);
    CHECK(time == Approx(1000).epsilon(0.02));
  }
}

TEST_CASE("a share of three is three times the time of a share of one") {
  FairShares shares;
  const auto had =
      serve(shares, {{{"one", 1}, Duration(2)}, {{"three", 3}, Duration(3)}}, Duration(4000));
  CHECK(had.at("three") == Approx(3000).epsilon(0.02));
}

TEST_CASE("who was quiet does not have the others wait for what he left unused") {
  FairShares shares;
  const Claimant busy{"busy"};
  const Claimant late{"late"};
  shares.arrived(busy);
  for (int n = 0; n < 100; ++n) {
    shares.arrived(busy);
    shares.ended(busy, shares.began(busy), Duration(1));
  }
  shares.arrived(late);
  shares.arrived(late);
  const Duration counted = shares.began(late);
  CHECK(shares.comes_before(busy, late));
  shares.ended(late, counted, Duration(1));
  CHECK(shares.comes_before(busy, late));
}

TEST_CASE("pieces that run count, so that one caller does not get all that is free at once") {
  FairShares shares;
  const Claimant a{"a"};
  const Claimant b{"b"};
  for (int n = 0; n < 4; ++n) {
    shares.arrived(a);
    shares.arrived(b);
  }
  std::string order;
  for (int n = 0; n < 6; ++n) {
    const Claimant& next = shares.comes_before(a, b) ? a : b;
    order += next.name;
    shares.began(next);
  }
  CHECK(std::ranges::count(order, 'a') == 3);
}

}  // namespace
}  // namespace seekd::daemon
