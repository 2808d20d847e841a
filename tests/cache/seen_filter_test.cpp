// The Bloom filter: never a false 'no'.

#include "cache/seen_filter.h"

#include <catch2/catch.hpp>

#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

ContentHash key(int i) {
  return hash_text(std::to_string(i));
}

SeenFilter filter_of(int keys) {
  SeenFilter filter(1000);
  for (int i = 0; i < keys; ++i) filter.add(key(i));
  return filter;
}

}  // namespace

TEST_CASE("A filter knows all it was given, and takes about one in a hundred others for it") {
  const SeenFilter filter = filter_of(1000);
  int mistaken = 0;
  for (int i = 0; i < 1000; ++i) CHECK(filter.may_have_seen(key(i)));
  for (int i = 1000; i < 11'000; ++i) mistaken += filter.may_have_seen(key(i)) ? 1 : 0;
  CHECK(mistaken < 300);
  CHECK(filter.negative_answers() == 10'000u - mistaken);
}

TEST_CASE("A filter says how many bits and keys it has, and how often it will err") {
  const FilterStatistics empty = filter_of(0).statistics();
  CHECK(empty.entries == 0);
  CHECK(empty.false_positive_rate == 0.0);
  const FilterStatistics full = filter_of(1000).statistics();
  CHECK(full.bits == empty.bits);
  CHECK(full.bits >= 14000);
  CHECK(full.entries > 950);  // the filter's own mistakes are not counted again
  CHECK(full.false_positive_rate == Approx(0.0005).epsilon(0.3));
  CHECK(filter_of(2000).statistics().false_positive_rate > 3 * full.false_positive_rate);
}

TEST_CASE("A filter that was saved and loaded answers the same") {
  const SeenFilter filter = filter_of(500);
  const FilterRecord record = filter.save(42);
  CHECK(record.generation == 42);
  std::optional<SeenFilter> loaded = SeenFilter::load(record);
  REQUIRE(loaded);
  for (int i = 0; i < 5000; ++i)
    CHECK(loaded->may_have_seen(key(i)) == filter.may_have_seen(key(i)));
}

TEST_CASE("Bits that do not fit their capacity are no filter") {
  FilterRecord record = filter_of(1).save(1);
  record.bits.pop_back();
  CHECK_FALSE(SeenFilter::load(record));
  record = filter_of(1).save(1);
  record.capacity = 5000;
  CHECK_FALSE(SeenFilter::load(record));
  record.capacity = 0;
  CHECK_FALSE(SeenFilter::load(record));
  record.capacity = ~0ull;
  CHECK_FALSE(SeenFilter::load(record));
}

TEST_CASE("A filter says when it has more than it was made for") {
  CHECK_FALSE(filter_of(900).full());
  CHECK(filter_of(1100).full());
}

TEST_CASE("A cache that outgrows its filters widens them and still spares lookups") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://example.org/", {});
  for (int i = 0; i < 3000; ++i) page.blocks.push_back(paragraph(std::to_string(i)));
  REQUIRE(cache->store(page, at(0)));
  page.blocks.resize(10);
  page.url = "https://example.org/b";
  const std::uint64_t before = cache->statistics()->bloom_negative_answers;
  for (int i = 0; i < 1000; ++i) page.blocks.push_back(paragraph("new " + std::to_string(i)));
  Result<StoreOutcome> outcome = cache->store(page, at(0));
  REQUIRE(outcome);
  CHECK(outcome->blocks_written == 1000);
  CHECK(cache->statistics()->bloom_negative_answers - before > 970);
}
