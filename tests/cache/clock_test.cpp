// A wall clock that jumps by a year, through the real store: nothing expires, nothing stale is
// fresh, and all is as before when the clock is put right.

#include <catch2/catch.hpp>

#include "policy/age.h"
#include "policy/trusted_clock.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;
using namespace std::chrono_literals;
using policy::Age;
using policy::Clocks;
using policy::ClockTrust;
using policy::TrustedClock;
using std::chrono::seconds;

namespace {

constexpr seconds year = 365 * 24h;
constexpr int pages = 20;

std::string url_of(int page) {
  return "https://example.org/" + std::to_string(page);
}

// A host with a cache on it, whose clock can be set.
class Host {
 public:
  Host() {
    cache.config.retention = 30 * 24h;
    start("boot");
    for (int page = 0; page < pages; ++page) {
      REQUIRE(cache->store(page_of(url_of(page), {"kestrel " + std::to_string(page)}), at(0)));
    }
    keep_mark();
  }

  void pass(seconds time) {
    clocks.wall += time;
    clocks.since_boot += time;
  }
  void step(seconds by) { clocks.wall += by; }

  TrustedClock::Reading read() { return clock_->read(clocks); }
  void keep_mark() {
    if (const auto mark = clock_->mark(clocks)) REQUIRE(cache->keep_clock_mark(*mark));
  }
  void start(const std::string& boot_id) {
    cache.open(TimePoint{});
    const auto mark = cache->clock_mark();
    REQUIRE(mark);
    clock_.emplace(*mark, boot_id, clocks);
  }
  void witness(const std::string& host) { clock_->witness(host, clocks.wall, clocks); }

  // What the daemon does each minute.
  std::size_t purge() {
    const auto purged = cache->purge_expired(read().now, 1000);
    REQUIRE(purged);
    REQUIRE(cache->compact());
    return *purged;
  }

  int found() {
    int found = 0;
    for (int page = 0; page < pages; ++page)
      found += *cache->find(url_of(page), read().now) ? 1 : 0;
    return found;
  }
  int fresh() {
    int fresh = 0;
    for (int i = 0; i < pages; ++i) {
      const auto page = *cache->find(url_of(i), read().now);
      if (!page) continue;
      const policy::Confirmation confirmed{page->retrieved_at, page->fresh_until};
      const Age age = policy::judge_age(confirmed, std::nullopt, read().latest);
      fresh += age == Age::young_enough ? 1 : 0;
    }
    return fresh;
  }

  TemporaryCache cache;
  Clocks clocks{at(0), 1000s};

 private:
  std::optional<TrustedClock> clock_;
};

}  // namespace

TEST_CASE("A jump of a year makes nothing expire and nothing stale fresh") {
  for (const seconds jump : {year, -year}) {
    Host host;
    CHECK(host.fresh() == pages);
    host.pass(3600s);  // they are fresh for a minute
    CHECK(host.fresh() == 0);
    host.step(jump);
    CHECK(host.purge() == 0);
    CHECK(host.found() == pages);
    CHECK(host.fresh() == 0);
    CHECK(host.cache->search(query_for("kestrel"), host.read().now)->size() == 10);

    host.step(-jump);
    CHECK(host.read().trust == ClockTrust::trusted);
    CHECK(host.purge() == 0);
    CHECK(host.found() == pages);
  }
}

TEST_CASE("A jump while pages are fresh leaves none of them fresh for longer") {
  for (const seconds jump : {year, -year}) {
    Host host;
    host.pass(30s);
    host.step(jump);
    CHECK(host.fresh() == (jump > 0s ? 0 : pages));
    host.pass(31s);
    CHECK(host.fresh() == 0);
    host.step(-jump);
    CHECK(host.fresh() == 0);
  }
}

TEST_CASE("A jump over a restart of the program, or of the host, makes nothing expire") {
  for (const seconds jump : {year, -year}) {
    for (const std::string boot : {"boot", "another"}) {
      Host host;
      host.pass(3600s);
      host.keep_mark();
      host.step(jump);
      if (boot != "boot") host.clocks.since_boot = 5s;
      host.start(boot);
      CHECK(host.read().trust != ClockTrust::trusted);
      CHECK(host.purge() == 0);
      CHECK(host.found() == pages);
      CHECK(host.fresh() == 0);
      // Nothing is kept of a time that is not trusted.
      host.keep_mark();
      host.step(-jump);
      host.start(boot);
      CHECK(host.read().trust == ClockTrust::trusted);
      CHECK(host.found() == pages);
    }
  }
}

TEST_CASE("A page that is stored under a jump has the time that is believed, and outlives it") {
  for (const seconds jump : {year, -year}) {
    Host host;
    host.pass(3600s);
    host.step(jump);
    FetchedPage page = page_of(url_of(0), {"kestrel anew"}, 3600);
    REQUIRE(host.cache->store(page, host.read().now));
    host.step(-jump);
    const auto stored = *host.cache->find(url_of(0), host.read().now);
    REQUIRE(stored);
    CHECK(stored->retrieved_at == at(3600));
    CHECK(stored->version == 2);
    host.pass(29 * 24h);
    host.keep_mark();
    CHECK(*host.cache->find(url_of(0), host.read().now));
  }
}

TEST_CASE("When servers confirm that a year has passed, what is older than its retention goes") {
  Host host;
  host.step(year);
  CHECK(host.purge() == 0);
  host.witness("a.example");
  host.witness("b.example");
  CHECK(host.purge() == pages);
  CHECK(host.found() == 0);
  host.cache.close();
  for (const std::string& finding : contradictions(host.cache.config)) FAIL_CHECK(finding);
}

TEST_CASE("A page of a clock that was ahead is not fresh when the clock is put back for good") {
  Host host;
  host.step(-year);
  host.witness("a.example");
  host.witness("b.example");
  CHECK(host.read().trust == ClockTrust::trusted);
  CHECK(host.found() == pages);
  CHECK(host.fresh() == 0);
}

TEST_CASE("Such a page is fresh again when its server confirms it") {
  Host host;
  host.step(-year);
  host.witness("a.example");
  host.witness("b.example");
  const TimePoint now = host.read().now;
  CachingHeaders not_modified;
  not_modified.etag = "\"1\"";
  not_modified.cache_control = "max-age=60";
  const auto confirmed = host.cache->touch(url_of(0), not_modified, now, now);
  REQUIRE(confirmed);
  CHECK(confirmed->retrieved_at == now);
  CHECK(host.fresh() == 1);
}
