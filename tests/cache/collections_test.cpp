// Pages of several collections in one cache: what a search finds, what is kept, what is meant.

#include <catch2/catch.hpp>

#include "cache/page_match.h"
#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/index/word_embedding.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

using Strings = std::vector<std::string>;

const std::string url = "https://a.org/";
const std::string copy = "collection:handbook/https://a.org/";
const std::string file = "collection:handbook/docs/falcons.md";
const std::string secret = "collection:vault/plan.md";

// The same sentence everywhere, and a word of each page's own.
struct Memory {
  Memory() {
    cache.open(at(0), embedding_of(std::make_shared<WordEmbedding>()));
    store(url, "public");
    store(copy, "copied");
    store(file, "written");
    store(secret, "hidden");
    while (*cache->embed_waiting(10) > 0) {
    }
  }

  void store(const std::string& address, const std::string& word, std::int64_t seconds = 0) {
    const auto outcome =
        cache->store(page_of(address, {"the falcon dives " + word}, seconds), at(seconds));
    if (!outcome) FAIL(outcome.error().message);
  }

  Strings find(SearchQuery query) {
    const auto passages = cache->search(query, at(1));
    if (!passages) FAIL(passages.error().message);
    Strings urls;
    for (const Passage& passage : *passages) urls.push_back(passage.url);
    std::ranges::sort(urls);
    return urls;
  }

  TemporaryCache cache;
};

TEST_CASE("a search finds passages of the collections that it names, and of the web by default") {
  Memory memory;
  for (const SearchMode mode : {SearchMode::lexical, SearchMode::dense, SearchMode::hybrid}) {
    SearchQuery query = query_for("falcon hidden");
    query.mode = mode;
    CHECK(memory.find(query) == Strings{url});
    query.collections = {"handbook"};
    CHECK(memory.find(query) == Strings{file, copy});
    query.collections = {"web", "vault"};
    CHECK(memory.find(query) == Strings{secret, url});
    query.collections = {"web", "handbook", "vault"};
    CHECK(memory.find(query).size() == 4);
    query.collections = {"absent"};
    CHECK(memory.find(query).empty());
    query.collections = {};
    CHECK(memory.find(query).empty());
  }
}

TEST_CASE("the best of a collection are found behind any number of better ones elsewhere") {
  Memory memory;
  for (int i = 0; i < 700; ++i) {
    memory.store("collection:vault/" + std::to_string(i), "falcon falcon " + std::to_string(i));
  }
  while (*memory.cache->embed_waiting(100) > 0) {
  }
  for (const SearchMode mode : {SearchMode::lexical, SearchMode::dense, SearchMode::hybrid}) {
    SearchQuery query = query_for("falcon");
    query.mode = mode;
    query.top = 3;
    query.collections = {"handbook", "web"};
    CHECK(memory.find(query) == Strings{file, copy, url});
  }
}

TEST_CASE("a search that names pages finds those of its collections alone") {
  Memory memory;
  SearchQuery query = query_for("falcon");
  query.urls = {url, file, secret};
  CHECK(memory.find(query) == Strings{url});
  query.collections = {"handbook"};
  CHECK(memory.find(query) == Strings{file});
}

TEST_CASE("hosts that are asked for are of the web, and those left out leave collections alone") {
  Memory memory;
  SearchQuery query = query_for("falcon");
  query.collections = {"web", "handbook"};
  query.hosts = {".a.org"};
  CHECK(memory.find(query) == Strings{url});
  query.hosts = {};
  query.hosts_denied = {".a.org"};
  CHECK(memory.find(query) == Strings{file, copy});
}

TEST_CASE("the same URL stands in two collections, each with a text and versions of its own") {
  Memory memory;
  memory.store(copy, "edited by somebody else", 1);
  CHECK((*memory.cache->find(url, at(2)))->version == 1);
  CHECK((*memory.cache->find(copy, at(2)))->version == 2);
  memory.cache.close();
  CHECK(contradictions(memory.cache.config).empty());
}

TEST_CASE("what a collection holds has no server: it is always fresh and does not expire") {
  Memory memory;
  const auto page = memory.cache->find(file, at(1'000'000));
  REQUIRE(page);
  REQUIRE(*page);
  CHECK((*page)->fresh_until > at(1'000'000'000));
  CHECK_FALSE(*memory.cache->find(url, at(1'000'000)));
  CHECK(memory.cache->purge_expired(at(1'000'000), 100) == 1);
  CHECK(*memory.cache->find(secret, at(1'000'000)));
  SearchQuery query = query_for("falcon");
  query.collections = {"handbook"};
  query.confirmed_since = at(900'000);
  CHECK(memory.find(query).size() == 2);
}

TEST_CASE("an unheld page of a collection keeps as many past versions as others do") {
  Memory memory;
  for (int i = 1; i <= 8; ++i) {
    memory.store(file, "edition " + std::string(20, static_cast<char>('a' + i)), i);
  }
  CHECK(memory.cache->versions(file, at(9))->size() == memory.cache.config.versions_max + 1);
}

TEST_CASE("a collection, a folder of it and a page of it are named apart") {
  const auto means = [](std::string_view what, std::string_view address) {
    const auto match = PageMatch::parse(what);
    if (!match) FAIL(match.error().message);
    return match->matches(address, address);
  };
  CHECK(means("collection:handbook", file));
  CHECK(means("collection:handbook/", copy));
  CHECK(means("collection:handbook/docs/", file));
  CHECK(means(file, file));
  CHECK_FALSE(means("collection:handbook/doc", file));
  CHECK_FALSE(means("collection:handbook/docs/", "collection:handbook/docs2/x"));
  CHECK_FALSE(means("collection:hand", file));
  CHECK_FALSE(means("collection:handbook", "collection:handbook2/x"));
  CHECK_FALSE(means("collection:handbook", url));
  // A URL's last slash is its own.
  CHECK(means(copy, copy));
  CHECK_FALSE(means(copy, copy + "x"));
  // A site is of the web.
  CHECK_FALSE(means("a.org", copy));
  CHECK_FALSE(means(".org", copy));
  for (const std::string what : {"collection:", "collection:web", "collection:web/x",
                                 "collection:Hand", "collection:handbook/../x"}) {
    CHECK_FALSE(PageMatch::parse(what));
  }
}

TEST_CASE("a forgotten collection leaves no trace, and the others stay") {
  Memory memory;
  REQUIRE(memory.cache->hold("collection:handbook/docs/", "kept", at(2)) == 1);
  CHECK_FALSE(memory.cache->forget("collection:handbook", at(2)));
  REQUIRE(memory.cache->let_go("collection:handbook/docs/") == 1);
  const auto report = memory.cache->forget("collection:handbook", at(2));
  REQUIRE(report);
  CHECK(report->pages == 2);
  CHECK(report->traces == 0);
  CHECK_FALSE(*memory.cache->find(file, at(3)));
  CHECK(*memory.cache->find(url, at(3)));
  CHECK(*memory.cache->find(secret, at(3)));
  memory.cache.close();
  CHECK(contradictions(memory.cache.config).empty());
}

}  // namespace
