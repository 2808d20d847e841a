// Storing, confirming and finding pages.

#include <catch2/catch.hpp>

#include "cache/content_hash.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

const std::string url = "https://example.org/a";

StoreOutcome store(TemporaryCache& cache, const FetchedPage& page, TimePoint now) {
  Result<StoreOutcome> outcome = cache->store(page, now);
  if (!outcome) FAIL(outcome.error().message);
  return *outcome;
}

StoredPage found(TemporaryCache& cache, const std::string& url, TimePoint now) {
  Result<std::optional<StoredPage>> page = cache->find(url, now);
  if (!page) FAIL(page.error().message);
  REQUIRE(*page);
  return **page;
}

void require_sound(TemporaryCache& cache) {
  cache.close();
  for (const std::string& finding : contradictions(cache.config)) FAIL_CHECK(finding);
}

}  // namespace

TEST_CASE("A stored page is found as it was fetched, also after the cache was opened again") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"one", "two"});
  page.blocks.insert(page.blocks.begin(), heading(2, "A heading"));
  page.metadata = {"Title",
                   "Author",
                   "en",
                   "https://example.org/c",
                   "2026-01-01",
                   "2026-02-02",
                   {{"https://example.org/feed", "News"}}};
  page.links = {{"https://example.org/b", "b"}, {"https://example.org/c", ""}};
  page.headers.vary = "Accept";
  CHECK(store(cache, page, at(0)).change == Change::added);
  for (int round = 0; round < 2; ++round) {
    StoredPage stored = found(cache, url, at(1));
    CHECK(stored.url == url);
    CHECK(stored.final_url == url);
    CHECK(stored.version == 1);
    CHECK(stored.snapshot_hash.size() == 32);
    CHECK(stored.retrieved_at == at(0));
    CHECK(stored.changed_at == at(0));
    CHECK(stored.fresh_until == at(60));
    CHECK(stored.expires_at == at(1000));
    CHECK(stored.headers == page.headers);
    CHECK(stored.metadata == page.metadata);
    CHECK(stored.blocks == page.blocks);
    CHECK(stored.links == page.links);
    cache.open(at(1));
  }
  require_sound(cache);
}

TEST_CASE("What is not there is absent, and that is no error") {
  TemporaryCache cache;
  cache.open();
  CHECK_FALSE(*cache->find(url, at(0)));
  CHECK_FALSE(*cache->find_version(url, 1, at(0)));
  CHECK(cache->versions(url, at(0))->empty());
  CHECK(cache->search(query_for("one"), at(0))->empty());
  CHECK(cache->touch(url, {}, at(0), at(0)).error().code == ErrorCode::not_found);
  store(cache, page_of(url, {"one"}), at(0));
  CHECK_FALSE(*cache->find_version(url, 2, at(0)));
  CHECK_FALSE(*cache->find_version(url, 0, at(0)));
}

TEST_CASE("A re-fetch with the same text is unchanged, and renews times, headers and metadata") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"one", "two"}), at(0));
  FetchedPage again = page_of(url, {"one", "two"}, 100);
  again.headers.etag = "\"2\"";
  again.metadata.title = "New title";
  StoreOutcome outcome = store(cache, again, at(100));
  CHECK(outcome.change == Change::unchanged);
  CHECK(outcome.version == 1);
  CHECK(outcome.blocks_written == 0);
  CHECK(outcome.similarity == 1.0);
  StoredPage stored = found(cache, url, at(100));
  CHECK(stored.changed_at == at(0));
  CHECK(stored.retrieved_at == at(100));
  CHECK(stored.expires_at == at(1100));
  CHECK(stored.headers.etag == "\"2\"");
  CHECK(cache->search(query_for("title"), at(100))->size() == 1);
  CHECK(cache->versions(url, at(100))->size() == 1);
  require_sound(cache);
}

TEST_CASE("A re-fetch that changes one paragraph writes that paragraph alone") {
  TemporaryCache cache;
  cache.open();
  std::vector<std::string> texts;
  texts.reserve(100);
  for (int i = 0; i < 100; ++i) texts.push_back("Paragraph number " + std::to_string(i));
  store(cache, page_of(url, texts), at(0));
  const std::string old_text = texts[50];
  texts[50] = "Something else";
  StoreOutcome outcome = store(cache, page_of(url, texts, 10), at(10));
  CHECK(outcome.change == Change::changed);
  CHECK(outcome.version == 2);
  CHECK(outcome.blocks_total == 100);
  CHECK(outcome.blocks_written == 1);
  CHECK(outcome.bytes_written == texts[50].size());
  CHECK(outcome.similarity > 0.98);
  CHECK(outcome.similarity < 1.0);
  CHECK(texts_of(found(cache, url, at(10)).blocks) == texts);
  Result<std::optional<StoredPage>> past = cache->find_version(url, 1, at(10));
  REQUIRE(past);
  REQUIRE(*past);
  CHECK(texts_of((*past)->blocks)[50] == old_text);
  require_sound(cache);
}

TEST_CASE("A change keeps the index entries of the passages whose text it did not change") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {});
  for (int i = 0; i < 20; ++i) {
    page.blocks.push_back(heading(2, "Section " + std::to_string(i)));
    page.blocks.push_back(paragraph("Text of section " + std::to_string(i)));
  }
  store(cache, page, at(0));
  cache.close();
  const FamilyContent before = read_everything(cache.config)[Family::passages];
  CHECK(before.size() == 20);
  page.blocks[5].text = "Section 2 has grown, and everything after it stands elsewhere.";
  page.retrieved_at = page.requested_at = at(1);
  cache.open();
  CHECK(store(cache, page, at(1)).change == Change::changed);
  cache.close();
  const FamilyContent after = read_everything(cache.config)[Family::passages];
  std::size_t kept = 0;
  for (const auto& [key, value] : after) kept += before.contains(key) ? 1 : 0;
  CHECK(after.size() == 20);
  CHECK(kept == 19);
  require_sound(cache);
}

TEST_CASE("Past versions are listed newest first and pruned from the oldest") {
  TemporaryCache cache;
  cache.open();
  for (int i = 1; i <= 6; ++i) {
    store(cache, page_of(url, {"always", "version " + std::to_string(i)}, i), at(i));
  }
  std::vector<VersionInfo> versions = *cache->versions(url, at(6));
  REQUIRE(versions.size() == 4);
  for (std::uint32_t i = 0; i < 4; ++i) CHECK(versions[i].version == 6 - i);
  CHECK_FALSE(versions[0].replaced_at);
  CHECK(versions[1].first_seen == at(5));
  CHECK(versions[1].replaced_at == at(6));
  CHECK(versions[1].blocks == 2);
  CHECK_FALSE(*cache->find_version(url, 2, at(6)));
  CHECK(texts_of((*cache->find_version(url, 3, at(6)))->blocks).back() == "version 3");
  CHECK(cache->statistics()->versions == 3);
  CHECK(cache->statistics()->blocks == 5);
  require_sound(cache);
}

TEST_CASE("A page that goes back to an earlier text shares its blocks with that version") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"a", "b"}), at(0));
  store(cache, page_of(url, {"c", "b"}, 1), at(1));
  StoreOutcome back = store(cache, page_of(url, {"a", "b"}, 2), at(2));
  CHECK(back.change == Change::changed);
  CHECK(back.blocks_written == 0);
  CHECK(cache->statistics()->blocks == 3);
  require_sound(cache);
}

TEST_CASE("Pages share blocks, and a block stays as long as one of them has it") {
  TemporaryCache cache;
  cache.open();
  const std::string other = "https://example.org/b";
  store(cache, page_of(url, {"shared", "shared", "mine"}), at(0));
  CHECK(store(cache, page_of(other, {"shared", "yours"}, 500), at(500)).blocks_written == 1);
  CHECK(cache->statistics()->blocks == 3);
  CHECK(*cache->purge_expired(at(1200), 10) == 1);
  CHECK(cache->statistics()->blocks == 2);
  CHECK(texts_of(found(cache, other, at(1200)).blocks) ==
        std::vector<std::string>{"shared", "yours"});
  require_sound(cache);
}

TEST_CASE("A heading and a paragraph of the same words are two blocks") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"same"});
  page.blocks.push_back(heading(1, "same"));
  CHECK(store(cache, page, at(0)).blocks_written == 2);
  CHECK(found(cache, url, at(0)).blocks == page.blocks);
}

TEST_CASE("A page without text is stored") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {}), at(0));
  CHECK(found(cache, url, at(0)).blocks.empty());
  CHECK(store(cache, page_of(url, {"now"}, 1), at(1)).similarity == 0.0);
  require_sound(cache);
}

TEST_CASE("RFC 9111 §3: a response with no-store is not stored") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"secret"});
  page.headers.cache_control = "no-store";
  Result<StoreOutcome> outcome = cache->store(page, at(0));
  REQUIRE_FALSE(outcome);
  CHECK(outcome.error().code == ErrorCode::invalid_argument);
  CHECK(outcome.error().message.find(url) != std::string::npos);
  CHECK_FALSE(*cache->find(url, at(0)));
}

TEST_CASE("RFC 9111 §3.2: a 304 updates the stored fields and confirms the page") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"text"});
  page.headers.last_modified = "Sat, 21 Nov 2026 00:00:00 GMT";
  store(cache, page, at(0));
  CachingHeaders update;
  update.cache_control = "max-age=300";
  update.etag = "\"1\"";
  Result<StoredPage> touched = cache->touch(url, update, at(200), at(200));
  REQUIRE(touched);
  CHECK(touched->headers.cache_control == "max-age=300");
  CHECK(touched->headers.last_modified == page.headers.last_modified);
  CHECK(touched->retrieved_at == at(200));
  CHECK(touched->changed_at == at(0));
  CHECK(touched->fresh_until == at(500));
  CHECK(touched->expires_at == at(1200));
  CHECK(touched->blocks == page.blocks);
  cache.open(at(1100));
  CHECK(found(cache, url, at(1100)).fresh_until == at(500));
  require_sound(cache);
}

TEST_CASE("A feed keeps its entries through a 304, and each version has its own") {
  TemporaryCache cache;
  cache.open();
  FetchedPage feed = page_of(url, {"text"});
  feed.kind = PageKind::feed;
  feed.entries = {{"https://example.org/1", "One", "2026-01-01", "2026-01-02T00:00:00Z"},
                  {"https://example.org/2", "", "", ""}};
  feed.entries_total = 12'000;
  store(cache, feed, at(0));
  CachingHeaders update;
  update.cache_control = "max-age=300";
  const Result<StoredPage> confirmed = cache->touch(url, update, at(10), at(10));
  REQUIRE(confirmed);
  CHECK(confirmed->kind == PageKind::feed);
  CHECK(confirmed->entries == feed.entries);
  CHECK(confirmed->entries_total == 12'000);
  const std::vector<PageEntry> first = feed.entries;

  // The same text, and one entry less: the text alone is not all that a feed says.
  feed.entries.pop_back();
  feed.retrieved_at = at(20);
  CHECK(store(cache, feed, at(20)).change == Change::changed);
  CHECK(store(cache, feed, at(21)).change == Change::unchanged);
  cache.open(at(30));
  CHECK(found(cache, url, at(30)).entries == feed.entries);
  const auto past = cache->find_version(url, 1, at(30));
  REQUIRE(past);
  REQUIRE(*past);
  CHECK((*past)->entries == first);
  CHECK((*past)->kind == PageKind::feed);
  require_sound(cache);
}

TEST_CASE("RFC 9111 §4.3.4: a 304 about another copy than the stored one changes nothing") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"newer"}, 10);
  page.headers.etag = "W/\"2\"";
  page.headers.last_modified = "Sat, 21 Nov 2026 00:00:00 GMT";
  store(cache, page, at(10));
  const StoredPage before = found(cache, url, at(10));
  CachingHeaders about_older;
  about_older.etag = "\"1\"";
  CachingHeaders undated;
  undated.last_modified = "Fri, 20 Nov 2026 00:00:00 GMT";
  struct Late {
    CachingHeaders headers;
    std::int64_t requested, received;
  };
  for (const Late& late :
       {Late{{}, 5, 8}, Late{{}, 5, 20}, Late{about_older, 15, 20}, Late{undated, 15, 20}}) {
    const auto touched = cache->touch(url, late.headers, at(late.requested), at(late.received));
    REQUIRE(touched);
    CHECK(touched->retrieved_at == at(10));
    const StoredPage stored = found(cache, url, at(20));
    CHECK(stored.retrieved_at == before.retrieved_at);
    CHECK(stored.expires_at == before.expires_at);
    CHECK(stored.headers == before.headers);
  }
  about_older.etag = "\"2\"";
  CHECK(cache->touch(url, about_older, at(15), at(20))->retrieved_at == at(20));
}

TEST_CASE("A page that came without a validator is not confirmed") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"text"});
  page.headers.etag = page.headers.last_modified = "";
  store(cache, page, at(0));
  CHECK(cache->touch(url, {}, at(5), at(5))->retrieved_at == at(0));
}

TEST_CASE("A late reply does not replace a newer copy") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"newer"}, 10), at(10));
  Result<StoreOutcome> late = cache->store(page_of(url, {"older"}, 5), at(11));
  REQUIRE_FALSE(late);
  CHECK(late.error().code == ErrorCode::invalid_argument);
  CHECK(texts_of(found(cache, url, at(11)).blocks) == std::vector<std::string>{"newer"});
}

TEST_CASE("A URL of no bytes or too many, and a page of too many, are refused") {
  TemporaryCache cache;
  cache.open();
  CHECK(cache->store(page_of("", {"x"}), at(0)).error().code == ErrorCode::invalid_argument);
  CHECK(cache->store(page_of(url + std::string(3000, 'x'), {"x"}), at(0)).error().code ==
        ErrorCode::invalid_argument);
  CHECK(cache->store(page_of(url, {std::string(65 << 20, 'x')}), at(0)).error().code ==
        ErrorCode::too_large);
}

TEST_CASE("Lookups of what was never stored are answered without RocksDB") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(url, {"text"}), at(0));
  const std::uint64_t before = cache->statistics()->bloom_negative_answers;
  for (int i = 0; i < 1000; ++i) {
    CHECK_FALSE(*cache->find("https://example.net/" + std::to_string(i), at(0)));
  }
  CHECK(cache->statistics()->bloom_negative_answers - before > 950);
}

TEST_CASE("Noise makes no version, and its text is stored with its times") {
  TemporaryCache cache;
  cache.open();
  const std::string text(200, 'x');
  store(cache, page_of(url, {text, "12 comments"}), at(0));
  const StoreOutcome noise = store(cache, page_of(url, {text, "15 comments"}, 10), at(10));
  CHECK(noise.change == Change::unchanged);
  CHECK(noise.extent == Extent::noise);
  CHECK(noise.blocks_written == 1);
  CHECK(noise.bytes_written == 11);
  const StoredPage stored = found(cache, url, at(11));
  CHECK(stored.version == 1);
  CHECK(stored.retrieved_at == at(10));
  CHECK(stored.changed_at == at(0));
  CHECK(texts_of(stored.blocks) == std::vector<std::string>{text, "15 comments"});
  CHECK(stored.snapshot_hash == hash_text(snapshot_text(stored.blocks)).hex());
  CHECK(cache->versions(url, at(11))->size() == 1);
  const auto passages = cache->search(query_for("comments"), at(11));
  REQUIRE(passages->size() == 1);
  CHECK(passages->front().text == text + "\n15 comments");
  CHECK(passages->front().retrieved_at == at(10));
  CHECK(passages->front().snapshot_hash == stored.snapshot_hash);
  require_sound(cache);
}

TEST_CASE("A past version keeps its last text, and what noise replaced leaves nothing behind") {
  TemporaryCache cache;
  cache.open();
  const std::string text(200, 'x');
  store(cache, page_of(url, {text, "The first text.", "1 comment"}), at(0));
  const std::uint64_t blocks = cache->statistics()->blocks;
  for (int i = 1; i <= 20; ++i) {
    const std::string comments = std::to_string(i + 1) + " comments";
    store(cache, page_of(url, {text, "The first text.", comments}, i), at(i));
    CHECK(cache->statistics()->blocks == blocks);
  }
  CHECK(store(cache, page_of(url, {text, "The second text.", "22 comments"}, 30), at(30)).change ==
        Change::changed);
  store(cache, page_of(url, {text, "The second text.", "23 comments"}, 31), at(31));
  const auto past = cache->find_version(url, 1, at(31));
  REQUIRE(*past);
  CHECK(texts_of((*past)->blocks) ==
        std::vector<std::string>{text, "The first text.", "21 comments"});
  CHECK(cache->statistics()->blocks == blocks + 2);
  require_sound(cache);
}

TEST_CASE(
    "A link of the content that leads elsewhere makes a version, which keeps the link it had") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of(url, {"Read the policy before."});
  page.links = {{"https://a.example/1", "policy"}, {"https://a.example/", "Home"}};
  store(cache, page, at(0));
  page.links[0].url = "https://a.example/2";
  page.retrieved_at = at(1);
  const StoreOutcome outcome = store(cache, page, at(1));
  CHECK(outcome.change == Change::changed);
  CHECK(outcome.extent == Extent::minor);
  CHECK(outcome.bytes_written == 0);
  Result<std::optional<StoredPage>> past = cache->find_version(url, 1, at(1));
  REQUIRE(past);
  CHECK((*past)->links == std::vector<Link>{{"https://a.example/1", "policy"}});
  CHECK(found(cache, url, at(1)).links == page.links);
  page.links.push_back({"https://a.example/imprint", "Imprint"});
  page.retrieved_at = at(2);
  CHECK(store(cache, page, at(2)).change == Change::unchanged);
  require_sound(cache);
}
