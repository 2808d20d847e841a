#include "policy/site.h"

#include <string>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

// 2026-03-01 00:00 UTC and so much later.
TimePoint at(std::chrono::minutes since_midnight) {
  return std::chrono::sys_days(std::chrono::year(2026) / 3 / 1) + since_midnight;
}

Site site(const std::string& host, std::chrono::milliseconds interval) {
  Site table;
  table.host = host;
  table.interval = interval;
  return table;
}

TEST_CASE("a window is open from its begin until before its end") {
  const Hours hours{8h, 17h, 0min};
  CHECK(closed_until(hours, at(7h + 59min)) == at(8h));
  CHECK_FALSE(closed_until(hours, at(8h)));
  CHECK_FALSE(closed_until(hours, at(16h + 59min)));
  CHECK(closed_until(hours, at(17h)) == at(24h + 8h));
}

TEST_CASE("a window that ends before it begins goes over midnight") {
  const Hours hours{22h, 6h, 0min};
  CHECK_FALSE(closed_until(hours, at(23h)));
  CHECK_FALSE(closed_until(hours, at(5h + 59min)));
  CHECK(closed_until(hours, at(6h)) == at(22h));
  CHECK(closed_until(hours, at(21h + 59min)) == at(22h));
}

TEST_CASE("a window is read on the clock that is written beside it") {
  const Hours east{22h, 6h, 60min};  // 21:00 to 05:00 UTC
  CHECK_FALSE(closed_until(east, at(21h)));
  CHECK(closed_until(east, at(5h)) == at(21h));
  const Hours west{22h, 6h, -(3h + 30min)};  // 01:30 to 09:30 UTC
  CHECK(closed_until(west, at(1h)) == at(1h + 30min));
  CHECK_FALSE(closed_until(west, at(9h + 29min)));
}

TEST_CASE("a window may end with the day") {
  const Hours hours{12h, 24h, 0min};
  CHECK_FALSE(closed_until(hours, at(23h + 59min)));
  CHECK(closed_until(hours, at(24h)) == at(36h));
}

TEST_CASE("each key comes from the table with the longest host that sets it") {
  std::vector<Site> sites{site("www.example.org", 1s), site(".", 4s), site(".example.org", 2s),
                          site(".org", 3s)};
  sites[2].concurrency = 7;
  CHECK(site_of(sites, "www.example.org").interval == 1s);
  CHECK(site_of(sites, "www.example.org").concurrency == 7);
  CHECK(site_of(sites, "example.org").interval == 2s);
  CHECK(site_of(sites, "debian.org").interval == 3s);
  CHECK(site_of(sites, "example.com").interval == 4s);
  CHECK_FALSE(site_of(sites, "example.com").concurrency);
  CHECK(site_of(sites, "example.com").host == "example.com");
}

TEST_CASE("a host's own table is longer than one for it and all below it") {
  const std::vector<Site> sites{site("example.org", 1s), site(".example.org", 2s)};
  CHECK(site_of(sites, "example.org").interval == 1s);
  CHECK(site_of(sites, "a.example.org").interval == 2s);
}

TEST_CASE("of two tables for one host the later one holds") {
  const std::vector<Site> sites{site("a.org", 1s), site("a.org", 2s)};
  CHECK(site_of(sites, "a.org").interval == 2s);
}

TEST_CASE("the reason for not asking robots.txt goes with the table that says so") {
  std::vector<Site> sites{site(".org", 1s), site("a.org", 1s)};
  sites[0].robots = RobotsUse::ignore;
  sites[0].robots_reason = "agreed";
  CHECK(site_of(sites, "a.org").robots_reason == "agreed");
  sites[1].robots = RobotsUse::obey;
  CHECK(site_of(sites, "a.org").robots == RobotsUse::obey);
  CHECK(site_of(sites, "a.org").robots_reason.empty());
}

}  // namespace
}  // namespace seekd::policy
