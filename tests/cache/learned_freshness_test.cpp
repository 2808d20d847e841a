// How long a page is fresh where its server does not say so, and what a site's rules change.

#include <catch2/catch.hpp>

#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;
using namespace std::chrono_literals;
using policy::FreshnessOrigin;

namespace {

const std::string url = "https://example.org/a";
constexpr std::int64_t hour = 3600;

FetchedPage silent_page(const std::string& text, std::int64_t seconds) {
  FetchedPage page = page_of(url, {text}, seconds);
  page.headers.cache_control.clear();
  return page;
}

StoredPage visit(TemporaryCache& cache, const std::string& text, std::int64_t seconds) {
  const auto outcome = cache->store(silent_page(text, seconds), at(seconds));
  if (!outcome) FAIL(outcome.error().message);
  return **cache->find(url, at(seconds));
}

std::int64_t lifetime(const StoredPage& page) {
  return (page.fresh_until - page.retrieved_at).count();
}

// Pages live for a thousand days in it.
class LongLivedCache : public TemporaryCache {
 public:
  LongLivedCache() { config.retention = 1000 * 24h; }
};

}  // namespace

TEST_CASE("Where a server says nothing, the default holds until the fourth visit") {
  LongLivedCache cache;
  cache.open();
  for (int i = 0; i < 3; ++i) {
    const StoredPage page = visit(cache, "the same", i * hour);
    CHECK(page.fresh_from == FreshnessOrigin::fallback);
    CHECK(lifetime(page) == hour);
    CHECK(page.visits == static_cast<std::uint32_t>(i + 1));
  }
  const StoredPage page = visit(cache, "the same", 3 * hour);
  CHECK(page.fresh_from == FreshnessOrigin::learned);
  CHECK(lifetime(page) > hour);
  CHECK(page.changes == 0);
}

TEST_CASE("A page that never changes stays fresh for longer, up to the most that is allowed") {
  LongLivedCache cache;
  cache.open();
  std::int64_t before = 0;
  for (int i = 0; i < 40; ++i) {
    const std::int64_t now = lifetime(visit(cache, "the same", i * 24 * hour));
    CHECK(now >= before);
    before = now;
  }
  CHECK(before > 24 * hour);
  CHECK(before <= 7 * 24 * hour);
}

TEST_CASE("A page that has changed at each visit is fresh for a fraction of their distance") {
  LongLivedCache cache;
  cache.open();
  StoredPage page;
  for (int i = 0; i < 20; ++i) page = visit(cache, "text " + std::to_string(i), i * hour);
  CHECK(page.fresh_from == FreshnessOrigin::learned);
  CHECK(page.changes == 19);
  CHECK(lifetime(page) < hour / 4);
  CHECK(lifetime(page) > 0);
}

TEST_CASE("A 304 is a visit that found the page unchanged") {
  LongLivedCache stored;
  LongLivedCache confirmed;
  for (LongLivedCache* cache : {&stored, &confirmed}) {
    cache->open();
    visit(*cache, "the same", 0);
  }
  StoredPage page;
  StoredPage touched;
  for (int i = 1; i < 6; ++i) {
    page = visit(stored, "the same", i * 5 * hour);
    touched = *confirmed->touch(url, {.etag = "\"1\""}, at(i * 5 * hour), at(i * 5 * hour));
  }
  CHECK(touched.visits == 6);
  CHECK(touched.fresh_from == FreshnessOrigin::learned);
  CHECK(touched.fresh_until == page.fresh_until);
}

TEST_CASE("What a server says goes before what was learned, which goes before Last-Modified") {
  LongLivedCache cache;
  cache.open();
  for (int i = 0; i < 6; ++i) visit(cache, "the same", i * hour);
  FetchedPage page = silent_page("the same", 6 * hour);
  page.headers.last_modified = "Sun, 01 Nov 2026 00:00:00 GMT";
  REQUIRE(cache->store(page, at(6 * hour)));
  CHECK((*cache->find(url, at(6 * hour)))->fresh_from == FreshnessOrigin::learned);
  page.url = page.final_url = "https://example.org/new";
  REQUIRE(cache->store(page, at(6 * hour)));
  CHECK((*cache->find(page.url, at(6 * hour)))->fresh_from == FreshnessOrigin::last_modified);
  page = page_of(url, {"the same"}, 7 * hour);
  REQUIRE(cache->store(page, at(7 * hour)));
  const StoredPage said = **cache->find(url, at(7 * hour));
  CHECK(said.fresh_from == FreshnessOrigin::server);
  CHECK(lifetime(said) == 60);
  CHECK(said.visits == 8);
}

TEST_CASE("The visits of a page are there after a restart") {
  LongLivedCache cache;
  cache.open();
  for (int i = 0; i < 5; ++i) visit(cache, "the same", i * hour);
  cache.open(at(5 * hour));
  const StoredPage page = visit(cache, "the same", 5 * hour);
  CHECK(page.visits == 6);
  CHECK(page.fresh_from == FreshnessOrigin::learned);
}

TEST_CASE(
    "A site's rules say how long its pages live, how long they are fresh, how many versions") {
  TemporaryCache cache;
  cache.config.sites = {
      {.host = ".example.org", .retention = 50s, .freshness_default = 7s, .versions_max = 1}};
  cache.open();
  const StoredPage page = visit(cache, "one", 0);
  CHECK(lifetime(page) == 7);
  CHECK(page.expires_at == at(50));
  visit(cache, "two", 1);
  visit(cache, "three", 2);
  CHECK(cache->versions(url, at(2))->size() == 2);
  REQUIRE(cache->store(page_of("https://other.example/", {"x"}, 2), at(2)));
  CHECK((*cache->find("https://other.example/", at(2)))->expires_at == at(1002));
  CHECK_FALSE(*cache->find(url, at(52)));
  REQUIRE(cache->purge_expired(at(52), 10));
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

TEST_CASE("The rules of a page are those of the site that sent it, and renewed by a 304") {
  TemporaryCache cache;
  cache.config.sites = {{.host = "b.example", .retention = 50s}};
  cache.open();
  FetchedPage page = page_of("https://a.example/", {"x"});
  page.final_url = "https://b.example/x";
  REQUIRE(cache->store(page, at(0)));
  CHECK((*cache->find(page.url, at(0)))->expires_at == at(50));
  CHECK(cache->touch(page.url, {.etag = "\"1\""}, at(20), at(20))->expires_at == at(70));
}

TEST_CASE("A bound of a site holds what is learned") {
  LongLivedCache cache;
  cache.config.sites = {{.host = "example.org", .freshness_min = 3h, .freshness_max = 4h}};
  cache.open();
  for (int i = 0; i < 30; ++i) visit(cache, "the same", i * 24 * hour);
  CHECK(lifetime(visit(cache, "the same", 30 * 24 * hour)) == 4 * hour);
  for (int i = 0; i < 60; ++i) visit(cache, "text " + std::to_string(i), 31 * 24 * hour + i * 60);
  CHECK(lifetime(visit(cache, "last", 32 * 24 * hour)) == 3 * hour);
}
