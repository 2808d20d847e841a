#include "policy/passages.h"

#include <algorithm>
#include <limits>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

Passage passage(std::string url, std::size_t begin, std::string text, double score) {
  Passage made;
  made.url = std::move(url);
  made.byte_begin = begin;
  made.byte_end = begin + text.size();
  made.text = std::move(text);
  made.snapshot_hash = made.url;
  made.score = score;
  return made;
}

// A word is a token.
std::size_t count_words(std::string_view text) {
  return 1 + static_cast<std::size_t>(std::ranges::count(text, ' '));
}

std::vector<std::string> texts(const std::vector<Passage>& passages) {
  std::vector<std::string> result;
  for (const Passage& p : passages) result.push_back(p.text);
  return result;
}

using Texts = std::vector<std::string>;

std::optional<Passage> whole_or_nothing(const Passage& passage, std::size_t tokens_max) {
  return count_words(passage.text) <= tokens_max ? std::optional(passage) : std::nullopt;
}

TEST_CASE("the best passages are taken, and returned in canonical order") {
  const std::vector<Passage> candidates{passage("b", 9, "one", 1), passage("b", 0, "two", 2),
                                        passage("a", 5, "three", 3), passage("c", 0, "four", 0.5)};
  CHECK(texts(select_passages(candidates, 100, 3, count_words, whole_or_nothing)) ==
        Texts{"three", "two", "one"});
  CHECK(texts(select_passages(candidates, 100, 2, count_words, whole_or_nothing)) ==
        Texts{"three", "two"});
}

TEST_CASE("the order of the candidates changes nothing, equal scores included") {
  std::vector<Passage> candidates{passage("a", 0, "one", 1), passage("a", 50, "two", 1),
                                  passage("b", 0, "three", 1), passage("b", 50, "four", 1)};
  const auto expected = texts(select_passages(candidates, 100, 2, count_words, whole_or_nothing));
  std::ranges::reverse(candidates);
  CHECK(texts(select_passages(candidates, 100, 2, count_words, whole_or_nothing)) == expected);
}

TEST_CASE(
    "all passages together stay within the budget, and what is too long leaves room for shorter "
    "ones") {
  const std::vector<Passage> candidates{passage("a", 0, "w w w w", 3),
                                        passage("b", 0, "x x x x x", 2), passage("c", 0, "y y", 1)};
  CHECK(texts(select_passages(candidates, 6, 9, count_words, whole_or_nothing)) ==
        Texts{"w w w w", "y y"});
  CHECK(select_passages(candidates, 1, 9, count_words, whole_or_nothing).empty());
  CHECK(select_passages(candidates, 0, 9, count_words, whole_or_nothing).empty());
  CHECK(select_passages(candidates, 100, 0, count_words, whole_or_nothing).empty());
}

TEST_CASE("overlapping ranges of one snapshot are taken once, the better one") {
  const std::vector<Passage> candidates{passage("a", 0, "0123456789", 1),
                                        passage("a", 5, "5678901234", 2),
                                        passage("a", 15, "end", 0.5)};
  CHECK(texts(select_passages(candidates, 100, 9, count_words, whole_or_nothing)) ==
        Texts{"5678901234", "end"});
}

TEST_CASE("ranges of different snapshots do not overlap") {
  std::vector<Passage> candidates{passage("a", 0, "0123456789", 1),
                                  passage("a", 5, "abcdefghij", 2)};
  candidates[1].snapshot_hash = "another version";
  CHECK(select_passages(candidates, 100, 9, count_words, whole_or_nothing).size() == 2);
}

TEST_CASE("a text that another page repeats is taken once") {
  const std::vector<Passage> candidates{passage("mirror", 7, "the same text", 1),
                                        passage("original", 0, "the same text", 2)};
  const auto chosen = select_passages(candidates, 100, 9, count_words, whole_or_nothing);
  REQUIRE(chosen.size() == 1);
  CHECK(chosen[0].url == "original");
}

TEST_CASE("a score that is no number is the worst") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  std::vector<Passage> candidates;
  for (int i = 0; i < 64; ++i) {
    candidates.push_back(
        passage("p" + std::to_string(i), 0, "text " + std::to_string(i), i % 3 == 0 ? nan : i));
  }
  const auto chosen = select_passages(candidates, 1000, 2, count_words, whole_or_nothing);
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0].url == "p61");
  CHECK(chosen[1].url == "p62");
}

TEST_CASE("an empty passage is worth no place") {
  CHECK(select_passages({passage("a", 0, "", 9)}, 100, 9, count_words, whole_or_nothing).empty());
}

}  // namespace
}  // namespace seekd::policy
