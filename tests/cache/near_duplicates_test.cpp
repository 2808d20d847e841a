// Which passages stand for others, and which pages a search shows for them.

#include "cache/near_duplicates.h"

#include <algorithm>
#include <ctime>
#include <limits>

#include <catch2/catch.hpp>

#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

const std::string kestrel =
    "Kestrel 4.2 was released on 14 March 2026 by the Harbour Foundation. Messages may not be "
    "shared with others, and a node needs 512 megabytes of memory: the least is 64 MB.";

bool stands_for(const std::string& shown, const std::string& other,
                const std::string& other_host = "b.example") {
  NearDuplicates texts;
  REQUIRE_FALSE(texts.add("a.example", shown));
  return texts.add(other_host, other).has_value();
}

std::string edited(std::string text, const std::string& before, const std::string& after) {
  const std::size_t at = text.find(before);
  REQUIRE(at != text.npos);
  return text.replace(at, before.size(), after);
}

void store(TemporaryCache& cache, const std::string& url, const std::string& text,
           const std::string& canonical_url = "") {
  FetchedPage page = page_of(url, {text});
  page.metadata.canonical_url = canonical_url;
  REQUIRE(cache->store(page, at(0)));
}

Passage only_passage(TemporaryCache& cache) {
  const auto passages = cache->search(query_for("kestrel"), at(0));
  REQUIRE(passages);
  REQUIRE(passages->size() == 1);
  return passages->front();
}

}  // namespace

TEST_CASE("One print of a text stands for another") {
  CHECK(stands_for(kestrel, kestrel));
  CHECK(stands_for("He said \"no\" - it's late.", "He said \u201cNo\u201d - it's late"));
  CHECK(stands_for("3 comments", "12 comments"));
  CHECK(stands_for("阅读数：请看。使用条款", "阅读数：请看，使用条款"));
}

TEST_CASE("A text that differs in one word that says something stands for itself") {
  const std::vector<std::pair<std::string, std::string>> edits = {
      {"4.2", "4.1"},           {"may not", "may"},     {"Harbour", "Hanover"},
      {"14 March", "15 March"}, {"512", "612"},         {"released", "announced"},
      {"64 MB", "64%"},         {"needs", "needs not"}, {"others, and", "others and never"}};
  for (const auto& [before, after] : edits) {
    INFO(before << " / " << after);
    CHECK_FALSE(stands_for(kestrel, edited(kestrel, before, after)));
    CHECK_FALSE(stands_for(kestrel, edited(kestrel, before, after), "a.example"));
  }
  CHECK_FALSE(stands_for("请看使用条款", "请看隐私条款"));
  CHECK_FALSE(stands_for("\u0939\u093e\u0901", "\u0928\u0939\u0940\u0902"));
}

TEST_CASE("A text stands for a part of itself within its site, and for nobody else's") {
  const std::string whole = "Download it here. " + kestrel + " Read on below.";
  CHECK(stands_for(whole, kestrel, "a.example"));
  CHECK_FALSE(stands_for(whole, kestrel, "b.example"));
  CHECK_FALSE(stands_for(kestrel, whole, "a.example"));
}

TEST_CASE("A search shows one of several URLs and lists the others") {
  TemporaryCache cache;
  cache.open();
  store(cache, "https://a.example/1", kestrel);
  store(cache, "https://a.example/print", kestrel + "!");
  store(cache, "https://mirror.example/", kestrel);
  const Passage shown = only_passage(cache);
  CHECK(shown.url == "https://a.example/1");
  CHECK(shown.also_at.size() == 2);
  CHECK(shown.text == kestrel);

  // When the page that is shown goes, another holder takes its place.
  REQUIRE(cache->forget("a.example", at(0)));
  CHECK(only_passage(cache).url == "https://mirror.example/");
  CHECK(only_passage(cache).also_at.empty());
  CHECK(cache->verify(at(0))->findings.empty());
}

TEST_CASE("The page that a site calls the original is shown, cut out of its own snapshot") {
  TemporaryCache cache;
  cache.open();
  store(cache, "https://a.example/print", kestrel, "https://a.example/original");
  store(cache, "https://a.example/original", kestrel + "!", "https://a.example/original");
  const Passage shown = only_passage(cache);
  CHECK(shown.url == "https://a.example/original");
  CHECK(shown.also_at == std::vector<std::string>{"https://a.example/print"});
  const auto page = *cache->find(shown.url, at(0));
  CHECK(page->snapshot_hash == shown.snapshot_hash);
  CHECK(snapshot_text(page->blocks).substr(shown.byte_begin, shown.byte_end - shown.byte_begin) ==
        shown.text);
}

TEST_CASE("No page makes itself the original of another site's, nor another site's its own") {
  for (const bool hostile_first : {true, false}) {
    TemporaryCache cache;
    cache.open();
    const auto hostile = [&] {
      store(cache, "https://evil.example/copy", kestrel, "https://bank.example/terms");
    };
    if (hostile_first) hostile();
    store(cache, "https://bank.example/terms", kestrel, "https://evil.example/copy");
    if (!hostile_first) hostile();
    // Neither claim counts: who was stored first is shown.
    const Passage shown = only_passage(cache);
    CHECK(shown.url ==
          (hostile_first ? "https://evil.example/copy" : "https://bank.example/terms"));
    CHECK(shown.also_at.size() == 1);
  }
}

TEST_CASE("A copy that says more does not put another site's page aside") {
  TemporaryCache cache;
  cache.open();
  store(cache, "https://evil.example/copy", "Kestrel. " + kestrel + " Send your keys to us.");
  store(cache, "https://bank.example/terms", kestrel);
  CHECK(cache->search(query_for("kestrel"), at(0))->size() == 2);
}

TEST_CASE("Texts made to be compared at length are compared in bounded time") {
  std::clock_t least = std::numeric_limits<std::clock_t>::max();
  for (int run = 0; run < 3; ++run) {
    const std::clock_t begin = std::clock();
    NearDuplicates texts;
    for (int i = 1'000; i > 0; --i) {
      std::string text;
      for (int word = 0; word < 300 + i; ++word) text += "a ";
      texts.add("a.example", text + "z");
    }
    least = std::min(least, std::clock() - begin);
  }
  CHECK(static_cast<double>(least) / CLOCKS_PER_SEC < 5.0);
}
