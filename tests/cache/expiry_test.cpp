// What has expired is gone: on read, in compaction, and with all that only it needed.

#include <catch2/catch.hpp>

#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

const std::string url = "https://example.org/a";
const std::string other = "https://example.org/b";

void store(TemporaryCache& cache, const FetchedPage& page, TimePoint now) {
  Result<StoreOutcome> outcome = cache->store(page, now);
  if (!outcome) FAIL(outcome.error().message);
}

// One page with two past versions.
void store_three_versions(TemporaryCache& cache) {
  store(cache, page_of(url, {"kestrel falcons hover", "one"}, 0), at(0));
  store(cache, page_of(url, {"kestrel falcons hover", "two"}, 1), at(1));
  store(cache, page_of(url, {"kestrel falcons hover", "three"}, 2), at(2));
}

void require_nothing_left(TemporaryCache& cache) {
  cache.close();
  for (const auto& [family, content] : read_everything(cache.config)) {
    if (family == Family::meta) continue;
    INFO(to_string(family));
    CHECK(content.empty());
  }
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

}  // namespace

TEST_CASE("A page is read until the second before it expires, and never after") {
  TemporaryCache cache;
  cache.open();
  store_three_versions(cache);
  CHECK(*cache->find(url, at(1001)));
  CHECK(*cache->find_version(url, 1, at(1001)));
  CHECK(cache->versions(url, at(1001))->size() == 3);
  CHECK(cache->search(query_for("kestrel"), at(1001))->size() == 1);

  CHECK_FALSE(*cache->find(url, at(1002)));
  CHECK_FALSE(*cache->find_version(url, 1, at(1002)));
  CHECK_FALSE(*cache->find_version(url, 3, at(1002)));
  CHECK(cache->versions(url, at(1002))->empty());
  CHECK(cache->search(query_for("kestrel"), at(1002))->empty());
  CHECK(cache->touch(url, {}, at(1002), at(1002)).error().code == ErrorCode::not_found);
}

TEST_CASE("A purge leaves nothing of an expired page in any family, when it is compacted") {
  TemporaryCache cache;
  cache.open();
  store_three_versions(cache);
  CHECK(*cache->purge_expired(at(1001), 10) == 0);
  CHECK(*cache->purge_expired(at(1002), 10) == 1);
  CHECK(*cache->purge_expired(at(1002), 10) == 0);
  CHECK(cache->statistics()->pages == 0);
  CHECK(cache->statistics()->blocks == 0);
  REQUIRE(cache->compact());
  require_nothing_left(cache);
}

TEST_CASE("Compaction drops an expired page by itself, and the purge finds the rest without it") {
  TemporaryCache cache;
  cache.open();
  store_three_versions(cache);
  store(cache, page_of(other, {"kestrel falcons hover"}, 900), at(900));
  cache.close();
  compact_everything(cache.config, at(1001));
  CHECK(read_everything(cache.config)[Family::pages].size() == 2);
  compact_everything(cache.config, at(1002));
  CHECK(read_everything(cache.config)[Family::pages].size() == 1);

  cache.open(at(1002));
  CHECK_FALSE(*cache->find(url, at(0)));
  CHECK(*cache->find(other, at(1002)));
  CHECK(cache->search(query_for("kestrel"), at(1002))->size() == 1);
  CHECK(*cache->purge_expired(at(1002), 10) == 1);
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
  cache.open(at(1900));
  CHECK(*cache->purge_expired(at(1900), 10) == 1);
  cache.close();
  compact_everything(cache.config, at(1900));
  require_nothing_left(cache);
}

TEST_CASE("A page that expired is stored as a new one") {
  const bool compacted = GENERATE(false, true);
  const bool clock_went_back = GENERATE(false, true);
  TemporaryCache cache;
  cache.open();
  store_three_versions(cache);
  cache.close();
  if (compacted) compact_everything(cache.config, at(5000));
  cache.open();
  const std::int64_t now = clock_went_back && compacted ? 10 : 5000;
  store(cache, page_of(url, {"kestrel falcons hover", "four"}, now), at(now));
  CHECK((*cache->find(url, at(now)))->version == 1);
  CHECK(cache->versions(url, at(now))->size() == 1);
  CHECK(cache->statistics()->pages == 1);
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

TEST_CASE("Storing one page takes out others that have expired") {
  TemporaryCache cache;
  cache.open();
  for (int i = 0; i < 10; ++i) {
    store(cache, page_of("https://example.org/" + std::to_string(i), {"text"}), at(0));
  }
  store(cache, page_of(url, {"text"}, 2000), at(2000));
  CHECK(cache->statistics()->pages == 1);
  CHECK(cache->statistics()->blocks == 1);
}

TEST_CASE("A confirmed page lives on from its confirmation") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"text"}), at(0));
  REQUIRE(cache->touch(url, {}, at(900), at(900)));
  CHECK(*cache->purge_expired(at(1800), 10) == 0);
  CHECK(*cache->find(url, at(1800)));
  CHECK(*cache->purge_expired(at(1900), 10) == 1);
  REQUIRE(cache->compact());
  require_nothing_left(cache);
}

TEST_CASE("A page retrieved longer ago than the retention is refused") {
  TemporaryCache cache;
  cache.open();
  Result<StoreOutcome> outcome = cache->store(page_of(url, {"text"}, -1000), at(0));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::invalid_argument);
  CHECK(outcome.error().message.find("cache.retention") != std::string::npos);
  store(cache, page_of(url, {"text"}, -999), at(0));
  CHECK_FALSE(*cache->find(url, at(1)));
}

TEST_CASE("A page dated in the future lives no longer than one retrieved now") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"text"});
  page.retrieved_at = TimePoint::max();
  page.requested_at = TimePoint::max();
  store(cache, page, at(0));
  CHECK((*cache->find(url, at(0)))->retrieved_at == at(0));
  CHECK_FALSE(*cache->find(url, at(1000)));
}

TEST_CASE("A page stored under a clock that ran ahead gives way to one stored after it") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"from the future"}, 1'000'000), at(1'000'000));
  store(cache, page_of(url, {"from now"}, 10), at(10));
  CHECK(texts_of((*cache->find(url, at(10)))->blocks) == std::vector<std::string>{"from now"});
  CHECK((*cache->find(url, at(10)))->expires_at == at(1010));
}

TEST_CASE("An expiry entry that its page has outlived takes the entry alone") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"text"}), at(0));
  cache.close();
  overwrite(cache.config, Family::expiry, expiry_key(at(5), page_key(url)), "");
  overwrite(cache.config, Family::expiry, expiry_key(at(5), page_key("https://absent.org/")), "");
  cache.open();
  CHECK(*cache->purge_expired(at(10), 10) == 2);
  CHECK(*cache->purge_expired(at(10), 10) == 0);
  CHECK(*cache->find(url, at(10)));
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

TEST_CASE("A damaged page does not keep others from being purged or stored") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"text"}), at(0));
  store(cache, page_of(other, {"other"}), at(1));
  cache.close();
  overwrite(cache.config, Family::holdings, std::string(page_key(url).view()), "damaged");
  cache.open();
  CHECK(cache->purge_expired(at(2000), 10).error().code == ErrorCode::corrupt);
  CHECK(cache->statistics()->pages == 1);
  store(cache, page_of(other, {"other"}, 2000), at(2000));
}
