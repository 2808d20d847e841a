#include "fetcher/broker/own_addresses.h"

#include <algorithm>
#include <set>

#include <catch2/catch.hpp>
#include <ifaddrs.h>

#include "fetcher/broker/socket_address.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

std::set<std::string> by_netlink() {
  std::set<std::string> addresses;
  ifaddrs* interfaces = nullptr;
  REQUIRE(getifaddrs(&interfaces) == 0);
  for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    if (const auto address = address_of(entry->ifa_addr)) addresses.insert(to_string(*address));
  }
  freeifaddrs(interfaces);
  return addresses;
}

}  // namespace

TEST_CASE("the host's own addresses are those that netlink tells, loopback among them") {
  const auto own = OwnAddresses::open();
  REQUIRE(own);
  const auto list = own->list();
  REQUIRE(list);
  std::set<std::string> texts;
  for (const auto& address : *list) texts.insert(to_string(address));
  CHECK(texts == by_netlink());
  CHECK(texts.contains("127.0.0.1"));
}

TEST_CASE("the list can be asked for again and again") {
  const auto own = OwnAddresses::open();
  REQUIRE(own);
  const auto first = own->list();
  REQUIRE(first);
  for (int i = 0; i < 3; ++i) CHECK(own->list().value() == *first);
}
