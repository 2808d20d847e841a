// Search by meaning, and what is embedded when.

#include <catch2/catch.hpp>

#include "cache/index/fusion.h"
#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/index/word_embedding.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

using Urls = std::vector<std::string>;

const std::string a = "https://a.org/";
const std::string b = "https://b.org/";

void store(TemporaryCache& cache, const FetchedPage& page) {
  Result<StoreOutcome> outcome = cache->store(page, page.retrieved_at);
  if (!outcome) FAIL(outcome.error().message);
}

std::size_t embed_all(TemporaryCache& cache) {
  std::size_t all = 0;
  while (true) {
    const auto embedded = cache->embed_waiting(3);
    if (!embedded) FAIL(embedded.error().message);
    if (*embedded == 0) return all;
    all += *embedded;
  }
}

Urls find(TemporaryCache& cache, SearchQuery query, SearchMode mode) {
  query.mode = mode;
  Result<std::vector<Passage>> passages = cache->search(query, at(1));
  if (!passages) FAIL(passages.error().message);
  Urls urls;
  for (const Passage& passage : *passages) urls.push_back(passage.url);
  return urls;
}

Urls find(TemporaryCache& cache, const std::string& text, SearchMode mode) {
  return find(cache, query_for(text), mode);
}

// Two pages, one about falcons and one about rockets, both embedded.
struct Birds {
  explicit Birds(std::shared_ptr<WordEmbedding> given = std::make_shared<WordEmbedding>())
      : words(std::move(given)) {
    cache.open(at(0), embedding_of(words));
    store(cache, page_of(a, {"the falcon dives"}));
    store(cache, page_of(b, {"the rocket starts"}));
    CHECK(embed_all(cache) == 2);
  }

  std::shared_ptr<WordEmbedding> words;
  TemporaryCache cache;
};

}  // namespace

TEST_CASE("A page is found by its words at once, and by its meaning when it is embedded") {
  TemporaryCache cache;
  cache.open(at(0), embedding_of(std::make_shared<WordEmbedding>()));
  store(cache, page_of(a, {"the falcon dives"}));
  CHECK(cache->statistics()->passages_waiting == 1);
  CHECK(find(cache, "falcon", SearchMode::hybrid) == Urls{a});
  CHECK(find(cache, "raptor", SearchMode::hybrid).empty());
  CHECK(embed_all(cache) == 1);
  CHECK(cache->statistics()->passages_waiting == 0);
  CHECK(cache->statistics()->vectors == 1);
  CHECK(find(cache, "raptor", SearchMode::hybrid) == Urls{a});
}

TEST_CASE("The nearest comes first, by meaning and by both; by words only what holds one") {
  Birds birds;
  CHECK(find(birds.cache, "launcher", SearchMode::dense) == Urls{b, a});
  CHECK(find(birds.cache, "raptor", SearchMode::hybrid) == Urls{a, b});
  CHECK(find(birds.cache, "raptor", SearchMode::lexical).empty());
  CHECK(find(birds.cache, "dives", SearchMode::lexical) == Urls{a});
}

TEST_CASE("A question without a word finds nothing in any mode") {
  Birds birds;
  for (const auto mode : {SearchMode::lexical, SearchMode::dense, SearchMode::hybrid}) {
    CHECK(find(birds.cache, " ?! ", mode).empty());
  }
}

TEST_CASE("In a language that the embedder does not know, both together ask the words alone") {
  Birds birds;
  CHECK(find(birds.cache, "unlesbar raptor", SearchMode::hybrid).empty());
  CHECK(find(birds.cache, "unlesbar rocket", SearchMode::hybrid) == Urls{b});
}

TEST_CASE("Without an embedder words are searched, and meaning alone is refused with a remedy") {
  TemporaryCache cache;
  cache.open();
  store(cache, page_of(a, {"the falcon dives"}));
  CHECK(*cache->embed_waiting(10) == 0);
  CHECK(find(cache, "falcon", SearchMode::hybrid) == Urls{a});
  SearchQuery query = query_for("falcon");
  query.mode = SearchMode::dense;
  const auto refused = cache->search(query, at(1));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code == ErrorCode::unavailable);
  CHECK(refused.error().message.find("embedder.path") != std::string::npos);
}

TEST_CASE("Hosts, pages and age are filters by meaning too") {
  Birds birds;
  SearchQuery query = query_for("raptor");
  query.hosts = {"b.org"};
  CHECK(find(birds.cache, query, SearchMode::dense) == Urls{b});
  query.hosts = {};
  query.hosts_denied = {"b.org"};
  CHECK(find(birds.cache, query, SearchMode::hybrid) == Urls{a});
  query.hosts_denied = {};
  query.urls = {b};
  CHECK(find(birds.cache, query, SearchMode::hybrid) == Urls{b});
  query.urls = {"https://absent.org/"};
  CHECK(find(birds.cache, query, SearchMode::dense).empty());
  query.urls = {};
  query.confirmed_since = at(1);
  CHECK(find(birds.cache, query, SearchMode::dense).empty());
}

TEST_CASE("A re-fetch embeds what it changed and nothing else") {
  const auto words = std::make_shared<WordEmbedding>();
  TemporaryCache cache;
  cache.open(at(0), embedding_of(words));
  FetchedPage page = page_of(a, {});
  for (int i = 0; i < 30; ++i) {
    page.blocks.push_back(heading(2, "Section " + std::to_string(i)));
    page.blocks.push_back(paragraph("Text of section " + std::to_string(i)));
  }
  store(cache, page);
  CHECK(embed_all(cache) == 30);
  page.blocks[5].text = "Section 2 speaks of bread now, and all after it stands elsewhere.";
  page.retrieved_at = page.requested_at = at(1);
  store(cache, page);
  CHECK(embed_all(cache) == 1);
  CHECK(words->passages_embedded == 31);
  CHECK(cache->statistics()->vectors == 30);
  cache.close();
  CHECK(contradictions(cache.config).empty());
}

TEST_CASE("Vectors go with their passages: changed, expired or purged") {
  Birds birds;
  store(birds.cache, page_of(a, {"bread"}, 1));
  CHECK(birds.cache->statistics()->vectors == 1);
  CHECK(find(birds.cache, "raptor", SearchMode::dense) == Urls{b});
  CHECK(*birds.cache->purge_expired(at(1000), 10) == 1);
  CHECK(birds.cache->statistics()->vectors == 0);
  birds.cache.close();
  CHECK(contradictions(birds.cache.config).empty());
}

TEST_CASE("Vectors and what waits for one outlive a restart") {
  Birds birds;
  store(birds.cache, page_of("https://c.org/", {"bread"}));
  birds.cache.open(at(1), embedding_of(birds.words));
  CHECK(find(birds.cache, "launcher", SearchMode::dense) == Urls{b, a});
  CHECK(birds.cache->statistics()->passages_waiting == 1);
  CHECK(embed_all(birds.cache) == 1);
  CHECK(birds.words->passages_embedded == 3);
}

TEST_CASE("Another embedder's vectors are never searched: all passages are embedded again") {
  Birds birds;
  const auto other = std::make_shared<WordEmbedding>();
  other->fingerprint = "others";
  other->dimension = 80;
  birds.cache.open(at(1), embedding_of(other));
  CHECK(birds.cache->statistics()->vectors == 0);
  CHECK(find(birds.cache, "raptor", SearchMode::dense).empty());
  CHECK(embed_all(birds.cache) == 2);
  CHECK(find(birds.cache, "raptor", SearchMode::dense) == Urls{a, b});
}

TEST_CASE("A time without an embedder costs no vector") {
  Birds birds;
  birds.cache.open(at(1));
  store(birds.cache, page_of(b, {"a loaf"}, 1));
  birds.cache.open(at(1), embedding_of(birds.words));
  CHECK(embed_all(birds.cache) == 1);
  CHECK(find(birds.cache, "bread", SearchMode::dense) == Urls{b, a});
}

TEST_CASE("An embedder that fails leaves its passages waiting") {
  const auto words = std::make_shared<WordEmbedding>();
  words->broken = true;
  TemporaryCache cache;
  cache.open(at(0), embedding_of(words));
  store(cache, page_of(a, {"the falcon dives"}));
  CHECK(cache->embed_waiting(10).error().message == "the embedder is broken");
  CHECK(cache->statistics()->passages_waiting == 1);
  words->broken = false;
  CHECK(embed_all(cache) == 1);
}

TEST_CASE("A damaged passage is reported, and those after it are embedded") {
  const auto words = std::make_shared<WordEmbedding>();
  TemporaryCache cache;
  cache.open(at(0), embedding_of(words));
  store(cache, page_of(a, {"the falcon dives"}));
  store(cache, page_of(b, {"the rocket starts"}));
  cache.close();
  const Family family = GENERATE(Family::passages, Family::blocks);
  const FamilyContent records = read_everything(cache.config)[family];
  for (const auto& [key, value] : records) {
    const bool damaged =
        family == Family::passages ? key == passage_key(0) : value.contains("the falcon dives");
    if (damaged) overwrite(cache.config, family, key, value.substr(0, value.size() - 1));
  }
  cache.open(at(1), embedding_of(words));
  const auto embedded = cache->embed_waiting(1);
  REQUIRE_FALSE(embedded);
  CHECK(embedded.error().code == ErrorCode::corrupt);
  CHECK(embedded.error().message.contains(to_string(family)));
  CHECK(embed_all(cache) == 1);
  CHECK(cache->statistics()->passages_waiting == 0);
  CHECK(find(cache, "launcher", SearchMode::dense) == Urls{b});
  cache.open(at(1), embedding_of(words));
  CHECK(cache->embed_waiting(10).error().code == ErrorCode::corrupt);
}

TEST_CASE("A damaged vector, and one of another length, are reported when the cache is opened") {
  for (const VectorRecord& wrong : {VectorRecord{.host = "a.org", .scale = 1.0F, .values = {1}},
                                    VectorRecord{.host = "", .scale = -1.0F, .values = {1}}}) {
    Birds birds;
    birds.cache.close();
    overwrite(birds.cache.config, Family::vectors, passage_key(0), encode(wrong));
    const auto opened = open_rocks_page_cache(birds.cache.config, at(1), embedding_of(birds.words));
    REQUIRE_FALSE(opened);
    CHECK(opened.error().code == ErrorCode::corrupt);
    CHECK(opened.error().message.find("vectors") != std::string::npos);
  }
}

TEST_CASE("A passage that waits for its vector is ranked by its words alone") {
  const std::vector<RankedPassage> lexical{{1, 10.0}, {2, 5.0}};
  const std::vector<RankedPassage> dense{{3, 0.9}, {4, 0.1}};
  auto fused = fuse(lexical, dense, [](std::uint64_t passage) -> std::optional<double> {
    if (passage == 1) return std::nullopt;
    return passage == 2 ? 0.5 : passage == 3 ? 0.9 : 0.1;
  });
  std::ranges::sort(fused, {}, &RankedPassage::passage);
  REQUIRE(fused.size() == 4);
  CHECK(fused[0].score == Approx(1.0));
  CHECK(fused[1].score == Approx(0.5));
  CHECK(fused[2].score == Approx(dense_weight));
  CHECK(fused[3].score == Approx(0.0));
}
