// Search over stored pages.

#include "cache/index/search.h"

#include <random>

#include <catch2/catch.hpp>

#include "cache/index/query_terms.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

void store(TemporaryCache& cache, const FetchedPage& page) {
  Result<StoreOutcome> outcome = cache->store(page, page.retrieved_at);
  if (!outcome) FAIL(outcome.error().message);
}

std::vector<Passage> search(TemporaryCache& cache, const SearchQuery& query, TimePoint now) {
  Result<std::vector<Passage>> passages = cache->search(query, now);
  if (!passages) FAIL(passages.error().message);
  return *passages;
}

std::vector<std::string> urls(const std::vector<Passage>& passages) {
  std::vector<std::string> urls;
  urls.reserve(passages.size());
  for (const Passage& passage : passages) urls.push_back(passage.url);
  return urls;
}

}  // namespace

TEST_CASE("A passage says where it is from, and its range is its text") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://example.org/a", {});
  page.metadata.title = "Birds";
  std::string filler;
  for (int i = 0; i < 90; ++i) filler += "word ";
  page.blocks = {heading(1, "Falcons"), paragraph(filler + "end"), heading(2, "Kestrels"),
                 paragraph("They hover."), paragraph("Over fields.")};
  store(cache, page);
  std::vector<Passage> passages = search(cache, query_for("hovering kestrel"), at(1));
  REQUIRE(passages.size() == 1);
  const StoredPage stored = **cache->find(page.url, at(1));
  const Passage& passage = passages[0];
  CHECK(passage.url == page.url);
  CHECK(passage.title == "Birds");
  CHECK(passage.heading_path == "Falcons > Kestrels");
  CHECK(passage.text == "Kestrels\nThey hover.\nOver fields.");
  CHECK(passage.text == snapshot_text(stored.blocks)
                            .substr(passage.byte_begin, passage.byte_end - passage.byte_begin));
  CHECK(passage.snapshot_hash == stored.snapshot_hash);
  CHECK(passage.version == 1);
  CHECK(passage.retrieved_at == at(0));
  CHECK(passage.fresh_until == at(60));
  CHECK(passage.score > 0.0);
}

TEST_CASE("A passage is found by the page's title and by its headings") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://example.org/a", {"Plain text."});
  page.metadata.title = "Peregrine";
  page.blocks.insert(page.blocks.begin(), heading(1, "Diving"));
  store(cache, page);
  CHECK(search(cache, query_for("peregrine"), at(0)).size() == 1);
  CHECK(search(cache, query_for("dive"), at(0)).size() == 1);
  CHECK(search(cache, query_for("absent"), at(0)).empty());
  CHECK(search(cache, query_for(""), at(0)).empty());
}

TEST_CASE("What has more of the rarer words comes first, and the number asked for is kept") {
  TemporaryCache cache;
  cache.open();
  for (int i = 0; i < 20; ++i) {
    store(cache, page_of("https://example.org/" + std::to_string(i), {"a common bird"}));
  }
  store(cache, page_of("https://example.org/rare", {"a rare bird"}));
  SearchQuery query = query_for("rare bird");
  query.top = 5;
  query.duplicates = Duplicates::keep;
  std::vector<Passage> passages = search(cache, query, at(0));
  REQUIRE(passages.size() == 5);
  CHECK(passages[0].url == "https://example.org/rare");
  CHECK(passages[1].url == "https://example.org/0");
  for (std::size_t i = 1; i < 5; ++i) CHECK(passages[i - 1].score >= passages[i].score);
  query.top = 0;
  CHECK(search(cache, query, at(0)).empty());
}

TEST_CASE("Hosts and pages are filters, and a denied host wins") {
  TemporaryCache cache;
  cache.open();
  for (const char* url : {"https://a.org/", "https://www.a.org/", "https://b.org:8443/x",
                          "https://ba.org/", "https://b.org/y"}) {
    store(cache, page_of(url, {"bird"}));
  }
  const auto found = [&](std::vector<std::string> hosts, std::vector<std::string> denied,
                         std::vector<std::string> pages) {
    SearchQuery query = query_for("bird");
    query.duplicates = Duplicates::keep;
    query.hosts = std::move(hosts);
    query.hosts_denied = std::move(denied);
    query.urls = std::move(pages);
    return urls(search(cache, query, at(0)));
  };
  using Urls = std::vector<std::string>;
  CHECK(found({}, {}, {}).size() == 5);
  CHECK(found({"a.org"}, {}, {}) == Urls{"https://a.org/"});
  CHECK(found({".a.org"}, {}, {}) == Urls{"https://a.org/", "https://www.a.org/"});
  CHECK(found({"b.org"}, {}, {}) == Urls{"https://b.org:8443/x", "https://b.org/y"});
  CHECK(found({".a.org"}, {"www.a.org"}, {}) == Urls{"https://a.org/"});
  CHECK(found({}, {".org"}, {}).empty());
  CHECK(found({}, {}, {"https://ba.org/", "https://absent.org/"}) == Urls{"https://ba.org/"});
  CHECK(found({"a.org"}, {}, {"https://ba.org/"}).empty());
}

TEST_CASE("A page that redirects to a denied host is denied") {
  TemporaryCache cache;
  cache.open();
  FetchedPage redirected = page_of("https://a.org/", {"bird"});
  redirected.final_url = "https://evil.org/";
  redirected.headers.cache_control = "no-cache";
  store(cache, redirected);
  SearchQuery query = query_for("bird");
  REQUIRE(search(cache, query, at(0)).size() == 1);
  CHECK(search(cache, query, at(0))[0].stale_forbidden);
  query.hosts_denied = {".evil.org"};
  CHECK(search(cache, query, at(0)).empty());
  query.hosts_denied = {};
  query.hosts = {"a.org"};
  CHECK(search(cache, query, at(0)).empty());
}

TEST_CASE("Of passages with one text the best stands for all") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/a", {"a grey bird"}));
  store(cache, page_of("https://mirror.example/a", {"a grey bird"}));
  FetchedPage titled = page_of("https://example.org/b", {"a grey bird"});
  titled.metadata.title = "Bird";
  store(cache, titled);
  CHECK(urls(search(cache, query_for("bird"), at(0))) ==
        std::vector<std::string>{"https://example.org/b"});
  SearchQuery query = query_for("bird");
  query.duplicates = Duplicates::keep;
  CHECK(search(cache, query, at(0)).size() == 3);
}

TEST_CASE("Pages that were not confirmed since the time asked for are left out") {
  TemporaryCache cache;
  cache.open();
  for (int i = 0; i < 900; ++i) {
    store(cache,
          page_of("https://example.org/" + std::to_string(i), {"bird " + std::to_string(i)}));
  }
  store(cache, page_of("https://example.org/young", {"some words and then a bird"}, 20));
  SearchQuery query = query_for("bird");
  query.confirmed_since = at(20);
  query.top = 2;
  CHECK(urls(search(cache, query, at(30))) ==
        std::vector<std::string>{"https://example.org/young"});
}

TEST_CASE("Only the current version is searched, and with its own place in the page") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/", {"kestrel"}, 0));
  store(cache, page_of("https://example.org/", {"falcon"}, 1));
  CHECK(search(cache, query_for("kestrel"), at(1)).empty());
  std::vector<Passage> passages = search(cache, query_for("falcon"), at(1));
  REQUIRE(passages.size() == 1);
  CHECK(passages[0].version == 2);
  CHECK(passages[0].retrieved_at == at(1));
}

TEST_CASE("Chinese is found by any two characters in a row") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/zh", {"猎鹰火箭发射成功"}));
  CHECK(search(cache, query_for("火箭"), at(0)).size() == 1);
  CHECK(search(cache, query_for("飞机"), at(0)).empty());
}

TEST_CASE("Japanese and Korean are found whatever is written onto a word") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/ja", {"東京タワーは1958年に完成した電波塔です。"}));
  store(cache, page_of("https://example.org/ko", {"서울은 대한민국의 수도이다."}));
  CHECK(urls(search(cache, query_for("東京タワーの完成はいつ"), at(0))) ==
        std::vector<std::string>{"https://example.org/ja"});
  CHECK(urls(search(cache, query_for("대한민국 수도"), at(0))) ==
        std::vector<std::string>{"https://example.org/ko"});
}

TEST_CASE("A query of a megabyte is answered") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/", {"bird"}));
  std::string text = "bird ";
  for (int i = 0; i < 100'000; ++i) text += "w" + std::to_string(i) + " ";
  CHECK(search(cache, query_for(text), at(0)).size() == 1);
}

TEST_CASE("Of a long question its first words are looked at, whatever letters they begin with") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of("https://example.org/first", {"zebra"}));
  store(cache, page_of("https://example.org/last", {"aardvark"}));
  std::string text = "zebra ";
  for (std::size_t i = 1; i < query_terms_max; ++i) text += "m" + std::to_string(i) + "x ";
  CHECK(urls(search(cache, query_for(text + "aardvark"), at(0))) ==
        std::vector<std::string>{"https://example.org/first"});
}

TEST_CASE("Postings of many chunks are merged: five thousand passages hold one word") {
  TemporaryCache cache;
  cache.open();
  FetchedPage page = page_of("https://example.org/long", {});
  for (int i = 0; i < 5000; ++i) {
    page.blocks.push_back(heading(2, "Section " + std::to_string(i)));
    page.blocks.push_back(paragraph("bird"));
  }
  store(cache, page);
  SearchQuery query = query_for("bird");
  query.top = 1000;
  CHECK(search(cache, query, at(0)).size() == 1000);
  CHECK(search(cache, query_for("4999"), at(0))[0].heading_path == "Section 4999");
  CHECK(*cache->purge_expired(at(1000), 1) == 1);
  CHECK(cache->statistics()->passages == 0);
}

TEST_CASE("The best are the same whether few or all are asked for, over several chunks") {
  TemporaryCache cache;
  cache.open();
  std::mt19937 random(20261122);
  // Words by Zipf's law: a few in nearly every passage, most in few.
  std::vector<double> weights;
  for (int i = 1; i <= 500; ++i) weights.push_back(1.0 / i);
  std::discrete_distribution<int> word(weights.begin(), weights.end());
  std::uniform_int_distribution<int> length(20, 120);
  for (int page = 0; page < 12; ++page) {
    FetchedPage fetched = page_of("https://example.org/" + std::to_string(page), {});
    for (int section = 0; section < 500; ++section) {
      fetched.blocks.push_back(heading(2, "section " + std::to_string(section)));
      std::string text;
      for (int i = length(random); i > 0; --i) text += "w" + std::to_string(word(random)) + ' ';
      fetched.blocks.push_back(paragraph(text));
    }
    REQUIRE(cache->store(fetched, at(0)));
  }
  REQUIRE(cache->statistics()->passages > 4096);
  for (int round = 0; round < 40; ++round) {
    SearchQuery query = query_for("");
    for (int i = 0; i < 4; ++i) query.text += "w" + std::to_string(word(random)) + ' ';
    query.duplicates = Duplicates::keep;
    query.top = 1000;
    const auto many = cache->search(query, at(0));
    query.top = 5;
    const auto few = cache->search(query, at(0));
    REQUIRE(many);
    REQUIRE(few);
    REQUIRE(few->size() == 5);
    INFO(query.text);
    for (std::size_t i = 0; i < few->size(); ++i) {
      CHECK((*few)[i].score == Approx((*many)[i].score).epsilon(1e-12));
      CHECK((*few)[i].text == (*many)[i].text);
    }
  }
}
