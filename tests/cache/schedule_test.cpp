// What is to be done later is there after a restart.

#include "cache/schedule.h"

#include <catch2/catch.hpp>

#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

TEST_CASE("Scheduled records come back by number, each as it was put last, through a restart") {
  TemporaryCache cache;
  cache.open();
  CHECK(cache->schedule().load()->empty());
  const std::string bytes("a\0b", 3);
  REQUIRE(cache->schedule().put({256, "third"}));
  REQUIRE(cache->schedule().put({1, "old"}));
  REQUIRE(cache->schedule().put({2, bytes}));
  REQUIRE(cache->schedule().put({1, "first"}));
  REQUIRE(cache->schedule().put({7, "gone"}));
  REQUIRE(cache->schedule().erase(7));
  CHECK(cache->schedule().erase(8));
  cache.open();
  const std::vector<ScheduledRecord> expected{{1, "first"}, {2, bytes}, {256, "third"}};
  CHECK(*cache->schedule().load() == expected);
}

TEST_CASE("What is scheduled does not go with the pages that expire") {
  TemporaryCache cache;
  cache.open();
  REQUIRE(cache->store(page_of("https://example.org/", {"text"}), at(0)));
  REQUIRE(cache->schedule().put({1, "watch"}));
  REQUIRE(cache->purge_expired(at(100'000), 10) == 1U);
  CHECK(cache->schedule().load()->size() == 1);
}
