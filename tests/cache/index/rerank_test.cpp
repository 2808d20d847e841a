// The best of a search, judged once more.

#include "cache/index/rerank.h"

#include <catch2/catch.hpp>

#include "cache/rocks_page_cache.h"
#include "tests/cache/cache_checker.h"
#include "tests/cache/temporary_cache.h"

using namespace seekd;
using namespace seekd::cache;

namespace {

Passage passage(std::string text, double score) {
  Passage one;
  one.text = std::move(text);
  one.score = score;
  return one;
}

// The longer a text is, the better it answers; `judged_max` is as far as the time allows.
Reranking by_length(std::size_t candidates, std::size_t judged_max) {
  return {
      .candidates = candidates,
      .judge = [judged_max](const std::string&,
                            std::span<const std::string> passages) -> Result<std::vector<float>> {
        std::vector<float> scores;
        for (const std::string& text : passages) {
          if (scores.size() == judged_max) break;
          scores.push_back(static_cast<float>(text.size()) / 100.0F);
        }
        return scores;
      }};
}

std::vector<std::string> texts(const std::vector<Passage>& passages) {
  std::vector<std::string> texts;
  for (const Passage& one : passages) texts.push_back(one.text);
  return texts;
}

const std::vector<Passage> found{passage("a", 9), passage("bbb", 8), passage("cc", 6),
                                 passage("dddd", 3)};

}  // namespace

TEST_CASE("Passages come in the order of their judgement, those that nobody judged behind them") {
  const auto all = rerank(found, "query", 4, by_length(4, 4));
  REQUIRE(all);
  CHECK(texts(*all) == std::vector<std::string>{"dddd", "bbb", "cc", "a"});
  const auto some = rerank(found, "query", 4, by_length(4, 2));
  REQUIRE(some);
  CHECK(texts(*some) == std::vector<std::string>{"bbb", "a", "cc", "dddd"});
  for (std::size_t i = 1; i < some->size(); ++i) CHECK((*some)[i - 1].score >= (*some)[i].score);
  const auto few = rerank(found, "query", 2, by_length(3, 3));
  REQUIRE(few);
  CHECK(texts(*few) == std::vector<std::string>{"bbb", "cc"});
  CHECK(rerank({}, "query", 2, by_length(3, 3))->empty());
}

TEST_CASE("A reranker that fails is an error, not another order") {
  const Reranking broken{
      .candidates = 2,
      .judge = [](const std::string&, std::span<const std::string>) -> Result<std::vector<float>> {
        return fail(ErrorCode::internal, "the reranker is broken");
      }};
  CHECK(rerank(found, "query", 2, broken).error().code == ErrorCode::internal);
}

TEST_CASE("A search of a cache with a reranking judges more than are asked for") {
  TemporaryCache cache;
  const auto opened = open_rocks_page_cache(cache.config, at(0), std::nullopt, by_length(10, 10));
  REQUIRE(opened);
  const FetchedPage shorter = page_of("https://a.org/", {"falcon falcon"});
  const FetchedPage longer = page_of("https://b.org/", {"a falcon among very many other words"});
  for (const FetchedPage& page : {shorter, longer}) REQUIRE((*opened)->store(page, at(0)));
  SearchQuery query = query_for("falcon");
  query.top = 1;
  const auto passages = (*opened)->search(query, at(1));
  REQUIRE(passages);
  REQUIRE(passages->size() == 1);
  CHECK(passages->front().url == "https://b.org/");
}
