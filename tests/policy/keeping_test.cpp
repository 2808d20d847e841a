// Which tables [[cache.site]] hold for a host.

#include "policy/keeping.h"

#include <vector>

#include <catch2/catch.hpp>

using namespace std::chrono_literals;
using seekd::policy::Keeping;
using seekd::policy::keeping_of;
using seekd::policy::KeepingRule;

TEST_CASE("each key is taken from the longest host that covers the page's") {
  const std::vector<KeepingRule> rules = {
      {.host = "docs.example.org", .retention = 3h, .freshness_min = 1s},
      {.host = ".example.org", .retention = 2h, .freshness_max = 5s, .versions_max = 7},
      {.host = ".", .retention = 1h, .freshness_default = 9s},
  };
  const Keeping docs = keeping_of("docs.example.org", rules, {});
  CHECK(docs.retention == 3h);
  CHECK(docs.freshness.lifetime_min == 1s);
  CHECK(docs.freshness.lifetime_max == 5s);
  CHECK(docs.freshness.heuristic_default == 9s);
  CHECK(docs.versions_max == 7);
  CHECK(keeping_of("a.docs.example.org", rules, {}).retention == 2h);
  CHECK(keeping_of("example.com", rules, {}).retention == 1h);
  CHECK(keeping_of("example.com", rules, {}).versions_max == 20);
}

TEST_CASE("a host itself is longer than the host and all below it, and of two the later counts") {
  const std::vector<KeepingRule> rules = {{.host = "example.org", .retention = 3h},
                                          {.host = ".example.org", .retention = 2h},
                                          {.host = ".example.org", .retention = 1h}};
  CHECK(keeping_of("example.org", rules, {}).retention == 3h);
  CHECK(keeping_of("www.example.org", rules, {}).retention == 1h);
}
