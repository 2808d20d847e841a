// What people decide about stored pages, and whether the cache is well: hold, forget, verify, copy,
// salvage.

#include <fstream>

#include <catch2/catch.hpp>

#include "cache/inspect.h"
#include "cache/salvage.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

namespace fs = std::filesystem;

std::string url_of(int page) {
  return "https://example.org/" + std::to_string(page);
}

// What no compression finds elsewhere.
std::string marker(int page) {
  return hash_text(std::to_string(page)).hex();
}

// Each with a text of its own, a text that all have, and one past version.
void store_pages(TemporaryCache& cache, int count) {
  for (int version = 0; version < 2; ++version) {
    for (int i = 0; i < count; ++i) {
      const std::string text =
          "kestrel " + marker(i) + " version " + std::to_string(version) + std::string(500, 'k');
      const auto stored =
          cache->store(page_of(url_of(i), {"what every page says", text}, version), at(version));
      if (!stored) FAIL(stored.error().message);
    }
  }
}

bool any_file_holds(const fs::path& folder, const std::string& bytes) {
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    std::ifstream file(entry.path(), std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    if (content.find(bytes) != content.npos) return true;
  }
  return false;
}

void require_sound(TemporaryCache& cache) {
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

// Turns one bit in each table of at least so many bytes, where its data is.
void damage_tables(const fs::path& folder, std::uintmax_t bytes_min) {
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".sst" || fs::file_size(entry.path()) < bytes_min) continue;
    std::fstream file(entry.path(), std::ios::in | std::ios::out | std::ios::binary);
    const auto middle = static_cast<std::streamoff>(fs::file_size(entry.path()) / 4);
    file.seekg(middle);
    const int byte = file.get();
    file.seekp(middle);
    file.put(static_cast<char>(byte ^ 0x10));
  }
}

}  // namespace

TEST_CASE("A held page outlives its retention with all its versions, until it is let go") {
  TemporaryCache cache;
  cache.open();
  CHECK(*cache->hold("example.org", "case 12", at(0)) == 0);
  for (int version = 0; version < 6; ++version) {
    cache->store(page_of(url_of(1), {"version " + std::to_string(version)}, version), at(version));
  }
  CHECK(cache->versions(url_of(1), at(5000))->size() == 6);
  CHECK(*cache->purge_expired(at(5000), 10) == 0);
  CHECK(cache->forget("example.org", at(5000)).error().code == ErrorCode::invalid_argument);
  cache.open(at(5000));
  REQUIRE(cache->holds().size() == 1);
  CHECK(cache->holds()[0] == Hold{"example.org", "case 12", at(0)});
  CHECK(*cache->find(url_of(1), at(5000)));

  CHECK(*cache->let_go("example.org") == 1);
  CHECK(cache->let_go("example.org").error().code == ErrorCode::not_found);
  CHECK_FALSE(*cache->find(url_of(1), at(5000)));
  CHECK(*cache->purge_expired(at(5000), 10) == 1);
  require_sound(cache);
}

TEST_CASE("A hold takes in the pages that are stored already, and only those that it names") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 3);
  CHECK(*cache->hold(url_of(1), "case 13", at(1)) == 1);
  CHECK(*cache->find(url_of(1), at(3000)));
  CHECK_FALSE(*cache->find(url_of(2), at(3000)));
  CHECK(*cache->purge_expired(at(3000), 10) == 2);
  require_sound(cache);
}

TEST_CASE("What is forgotten leaves no trace in any family or file, and nothing of the others") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 5);
  const auto report = cache->forget(url_of(3), at(2));
  if (!report) FAIL(report.error().message);
  CHECK(report->pages == 1);
  CHECK(report->versions == 1);
  CHECK(report->blocks == 2);
  CHECK(report->blocks_shared == 1);
  CHECK(report->passages == 1);
  CHECK(report->records_searched > 0);
  CHECK(report->traces == 0);
  CHECK_FALSE(*cache->find(url_of(3), at(2)));
  CHECK(*cache->find(url_of(2), at(2)));
  CHECK(cache->search(query_for("kestrel"), at(2))->size() == 4);
  CHECK_FALSE(any_file_holds(cache.config.directory, marker(3)));
  CHECK(any_file_holds(cache.config.directory, marker(2)));
  require_sound(cache);
}

TEST_CASE("A site is forgotten with what it sent under another's URL") {
  TemporaryCache cache;
  cache.open();
  FetchedPage redirected = page_of("https://short.example/x", {"sent by the site"});
  redirected.final_url = "https://www.example.org/long";
  cache->store(redirected, at(0));
  cache->store(page_of("https://other.example/", {"stays"}), at(0));
  CHECK(cache->forget(".example.org", at(0))->pages == 1);
  CHECK(cache->statistics()->pages == 1);
  for (const char* nothing : {"", ".", "a b", "https://"}) {
    CHECK(cache->forget(nothing, at(0)).error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("A sound cache has no contradictions, and its references are proved by adding up") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 20);
  const auto report = cache->verify(at(2));
  if (!report) FAIL(report.error().message);
  for (const std::string& finding : report->findings) FAIL_CHECK(finding);
  CHECK(report->pages == 20);
  CHECK(report->versions == 20);
  CHECK(report->blocks == 41);
  CHECK(report->block_references == 60);
  CHECK(report->url_filter_errors <= 0.001);
  CHECK(report->block_filter_errors <= 0.001);
  cache.close();
  CHECK(inspect(cache.config, at(2))->sound());
}

TEST_CASE("A wrong count of references is found, and a repair counts anew") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 3);
  cache.close();
  const auto [key, value] = *read_everything(cache.config)[Family::blocks].begin();
  BlockRecord record;
  REQUIRE(decode(value, record));
  ++record.pages;
  overwrite(cache.config, Family::blocks, key, encode(record));
  CHECK_FALSE(inspect(cache.config, at(2))->sound());
  const auto report = salvage(cache.config, at(2));
  if (!report) FAIL(report.error().message);
  CHECK(report->pages == 3);
  CHECK(report->versions == 3);
  CHECK(report->pages_lost.empty());
  CHECK(fs::exists(report->damaged));
  CHECK(inspect(cache.config, at(2))->sound());
  cache.open(at(2));
  CHECK(cache->search(query_for("kestrel"), at(2))->size() == 3);
  CHECK(cache->versions(url_of(1), at(2))->size() == 2);
  require_sound(cache);
}

TEST_CASE("Turned bits in every large file are found, and the rest is salvaged whole") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 300);
  CHECK(cache->compact());
  cache.close();
  damage_tables(cache.config.directory, 16 << 10);
  const auto found = inspect(cache.config, at(2));
  CHECK((!found || !found->sound()));
  const auto report = salvage(cache.config, at(2));
  if (!report) FAIL(report.error().message);
  CHECK(report->pages > 0);
  CHECK(report->pages < 300);
  cache.open(at(2));
  const auto verified = cache->verify(at(2));
  REQUIRE(verified);
  for (const std::string& finding : verified->findings) FAIL_CHECK(finding);
  CHECK(verified->pages == report->pages);
  require_sound(cache);
}

TEST_CASE("Turned bits in every file, the smallest too, leave a sound cache of what is left") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 30);
  CHECK(cache->compact());
  cache.close();
  damage_tables(cache.config.directory, 0);
  const auto report = salvage(cache.config, at(2));
  if (!report) FAIL(report.error().message);
  cache.open(at(2));
  CHECK(cache->verify(at(2))->sound());
  CHECK(cache->store(page_of(url_of(1), {"again"}, 2), at(2)));
  require_sound(cache);
}

TEST_CASE("A page that cannot be read is stored over, whole, and a repair counts anew") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 300);
  CHECK(cache->compact());
  cache.close();
  damage_tables(cache.config.directory, 16 << 10);
  cache.open(at(2));
  int damaged = 0;
  for (int i = 0; i < 300; ++i) {
    const FetchedPage again = page_of(url_of(i), {"what every page says", marker(i)}, 2);
    damaged += cache->find(url_of(i), at(2)) ? 0 : 1;
    const auto stored = cache->store(again, at(2));
    if (!stored) FAIL(stored.error().message);
    const auto found = cache->find(url_of(i), at(2));
    if (!found) FAIL(found.error().message);
    CHECK((*found)->blocks == again.blocks);
  }
  CHECK(damaged > 0);
  CHECK_FALSE(cache->verify(at(2))->sound());
  cache.close();
  // Between two keys that a damaged block hides, a repair reads nothing.
  CHECK(salvage(cache.config, at(2))->pages > 200);
  cache.open(at(2));
  CHECK(cache->verify(at(2))->sound());
  require_sound(cache);
}

TEST_CASE("A lost manifest or CURRENT file loses no page") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 10);
  CHECK(cache->compact());
  cache.close();
  fs::remove(cache.config.directory / "CURRENT");
  const auto report = salvage(cache.config, at(2));
  if (!report) FAIL(report.error().message);
  CHECK(report->pages == 10);
  CHECK(report->versions == 10);
  require_sound(cache);
}

TEST_CASE("A copy is the cache of its moment, whatever happens to the cache afterwards") {
  TemporaryCache cache;
  cache.open();
  store_pages(cache, 5);
  config::CacheConfig copy = cache.config;
  copy.directory = cache.config.directory.string() + "-backups/one";
  const Status copied = cache->copy_to(copy.directory);
  if (!copied) FAIL(copied.error().message);
  CHECK(cache->copy_to(copy.directory).error().code == ErrorCode::invalid_argument);
  CHECK(cache->forget("example.org", at(2))->pages == 5);
  CHECK(inspect(copy, at(2))->pages == 5);
  std::size_t pages = 0;
  CHECK(for_each_page(copy, at(2), [&](const StoredPage& page) {
    pages += page.blocks.size() == 2 ? 1 : 0;
    return true;
  }));
  CHECK(pages == 5);
  cache.close();
}

TEST_CASE("What is looked after offline has to be there, and held by nobody") {
  TemporaryCache cache;
  CHECK(inspect(cache.config, at(0)).error().code == ErrorCode::not_found);
  CHECK(salvage(cache.config, at(0)).error().code == ErrorCode::not_found);
  CHECK(check_not_held(cache.config.directory));
  cache.open();
  CHECK(inspect(cache.config, at(0)).error().code == ErrorCode::busy);
  CHECK(salvage(cache.config, at(0)).error().code == ErrorCode::busy);
  CHECK(check_not_held(cache.config.directory).error().code == ErrorCode::busy);
}
