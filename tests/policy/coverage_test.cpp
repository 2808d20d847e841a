#include "policy/coverage.h"

#include <catch2/catch.hpp>

#include "policy/content_terms.h"

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;
using Catch::Contains;

constexpr TimePoint now{std::chrono::seconds(1'800'000'000)};

Passage passage(std::string text, std::chrono::seconds age = 0s,
                std::chrono::seconds fresh_for = 1h) {
  Passage made;
  made.text = std::move(text);
  made.retrieved_at = now - age;
  made.fresh_until = made.retrieved_at + fresh_for;
  return made;
}

CoverageVerdict judge(std::string_view question, std::vector<Passage> passages,
                      std::optional<std::chrono::seconds> max_age = std::nullopt) {
  return judge_coverage(question, passages, now, max_age);
}

const std::string question = "Which Debian release is the current stable version?";

TEST_CASE("passages that hold the question's words and are fresh are enough") {
  const auto verdict = judge(question, {passage("The stable release of Debian is version 12.")});
  CHECK(verdict.coverage == Coverage::enough);
  CHECK(verdict.term_share == 1.0);
}

TEST_CASE("passages that speak of something else are none") {
  const auto verdict = judge(question, {passage("Bread is baked of flour, water and salt.")});
  CHECK(verdict.coverage == Coverage::none);
  CHECK(verdict.term_share == 0.0);
  CHECK(judge(question, {}).coverage == Coverage::none);
}

TEST_CASE("title and headings count, and a word may stand in any case or number") {
  Passage made = passage("bookworm, since June 2023");
  made.title = "DEBIAN Releases";
  made.heading_path = "Stable versions";
  CHECK(judge(question, {made}).coverage == Coverage::enough);
}

TEST_CASE("words that several pages hold one by one are not an answer") {
  const auto verdict = judge(
      question, {passage("debian"), passage("release"), passage("stable"), passage("version")});
  CHECK(verdict.coverage == Coverage::none);
  CHECK(verdict.term_share == 1.0);
}

TEST_CASE("an age of zero is older than a max_age of zero") {
  const std::string text = "The stable release of Debian is version 12.";
  CHECK(judge(question, {passage(text, 0s)}, 0s).coverage == Coverage::stale);
  CHECK(judge(question, {passage(text, 1s)}, 2s).coverage == Coverage::enough);
}

TEST_CASE("RFC 9111 §4.2.4: what may not be used stale is not young, whatever age is accepted") {
  Passage made = passage("The stable release of Debian is version 12.", 1s, 0s);
  made.stale_forbidden = true;
  CHECK(judge(question, {made}).coverage == Coverage::stale);
  CHECK(judge(question, {made}, 60s).coverage == Coverage::stale);
}

TEST_CASE("past its freshness lifetime a passage is stale") {
  const std::string text = "The stable release of Debian is version 12.";
  CHECK(judge(question, {passage(text, 59min)}).coverage == Coverage::enough);
  CHECK(judge(question, {passage(text, 60min)}).coverage == Coverage::stale);
}

TEST_CASE("a caller's max_age decides in place of the freshness lifetime") {
  const std::string text = "The stable release of Debian is version 12.";
  CHECK(judge(question, {passage(text, 10h)}, 24h).coverage == Coverage::enough);
  CHECK(judge(question, {passage(text, 24h - 1s)}, 24h).coverage == Coverage::enough);
  CHECK(judge(question, {passage(text, 24h + 1s)}, 24h).coverage == Coverage::stale);
  CHECK(judge(question, {passage(text, 1s)}, 0s).coverage == Coverage::stale);
  CHECK(judge(question, {passage(text, -10s)}, 0s).coverage == Coverage::stale);
}

TEST_CASE("a young passage that holds little does not make old ones young") {
  const auto verdict = judge(question, {passage("The stable release of Debian is version 12.", 48h),
                                        passage("Debian is an operating system.")});
  CHECK(verdict.coverage == Coverage::stale);
  CHECK_THAT(verdict.reason, Contains("25 %"));
}

TEST_CASE("Chinese is compared by pairs of characters") {
  const std::string chinese = "北京的人口是多少？";
  CHECK(judge(chinese, {passage("截至2023年，北京市常住人口为多少：2185.8万人。")}).coverage ==
        Coverage::enough);
  CHECK(judge(chinese, {passage("上海是中国最大的城市。")}).coverage == Coverage::none);
}

TEST_CASE("a question without content words is covered by nothing") {
  CHECK(judge("What is it?", {passage("what is it")}).coverage == Coverage::none);
  CHECK(judge("", {passage("text")}).coverage == Coverage::none);
  CHECK(judge("?!", {passage("text")}).coverage == Coverage::none);
}

TEST_CASE("content terms are lower-cased by Unicode, each once, without words of grammar") {
  CHECK(content_terms("The ÄRZTE and the Ärzte's Häuser") ==
        std::vector<std::string>{"häuser", "ärzte"});
  CHECK(content_terms("\xff\xfe bad \xc3") == std::vector<std::string>{"bad"});
}

TEST_CASE("a long question and long passages take linear time") {
  std::string text;
  while (text.size() < 64 * 1024) text += "word" + std::to_string(text.size()) + " 北京";
  const std::vector<Passage> passages(16, passage(text));
  CHECK(judge(text, passages).coverage == Coverage::enough);
}

}  // namespace
}  // namespace seekd::policy
