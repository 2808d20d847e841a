#include "policy/page_questions.h"

#include <catch2/catch.hpp>

#include "policy/question.h"

namespace seekd::policy {
namespace {

using namespace std::chrono;
using namespace std::chrono_literals;

constexpr TimePoint now = sys_days(2026y / 11 / 22) + 12h;

constexpr TimePoint end_of(year_month_day day) {
  return sys_days(day) + 24h - 1s;
}

std::optional<TimePoint> as_of(std::string_view question) {
  return judge_question(question, {now}).as_of;
}

std::vector<std::string> sites(std::string_view question) {
  return judge_question(question, {now}).asked_sites;
}

TEST_CASE("who asks what a page said then wants it as it was at the end of that time") {
  CHECK(as_of("What did the page say on 1 March?") == end_of(2026y / 3 / 1));
  CHECK(as_of("What did https://docs.example.org/kestrel say about ports on 1 March 2025?") ==
        end_of(2025y / 3 / 1));
  CHECK(as_of("Which prices did the website of the museum list yesterday?") ==
        end_of(2026y / 11 / 21));
  CHECK(as_of("What was on example.org in May 2026?") == end_of(2026y / 5 / 31));
  CHECK(as_of("What did the page say on the 24th of December?") == end_of(2025y / 12 / 24));
  CHECK(as_of("Which ports were listed on the documentation page last year?") ==
        end_of(2025y / 12 / 31));
  CHECK(as_of("Show the page as it was on 3 April 2026.") == end_of(2026y / 4 / 3));
  CHECK(as_of("What was the default port in the version of the page of March 2026?") ==
        end_of(2026y / 3 / 31));
  CHECK(as_of("3月1日这个页面上写了什么？") == end_of(2026y / 3 / 1));
  CHECK(as_of("三月一日的网页写的是什么") == end_of(2026y / 3 / 1));
  CHECK(as_of("12月3日的网页写的是什么") == end_of(2025y / 12 / 3));
  CHECK(as_of("十二月三日的网页写的是什么") == std::nullopt);  // and not the third of February
  CHECK(as_of("去年 https://example.org/a 的内容是什么？") == end_of(2025y / 12 / 31));
  CHECK(as_of("昨日このページには何と書いてありましたか") == end_of(2026y / 11 / 21));
}

TEST_CASE("what is asked of the past is asked of today's pages where no page of then is meant") {
  for (const auto* question :
       {"Who was president of France in 2019?", "What did Powell say last week on cnn.com?",
        "Did Meta buy a website last year?", "What did the senator say about the page yesterday?",
        "Who was on the site when the reactor was shut down in 2011?",
        "What was the score of yesterday's match on espn.com?",
        "According to reuters.com, what happened last week?", "上周美联储主席说了什么？",
        "What was announced in March 2026?", "去年官网公布的销量是多少？"}) {
    CAPTURE(question);
    CHECK(as_of(question) == std::nullopt);
  }
}

TEST_CASE("what a page says now, or will say, is of no version") {
  CHECK(as_of("What did the page say?") == std::nullopt);
  CHECK(as_of("What does the page say?") == std::nullopt);
  CHECK(as_of("What does the page say today?") == std::nullopt);
  CHECK(as_of("What did the page say this week?") == std::nullopt);
  CHECK(as_of("What will the page say on 1 December 2026?") == std::nullopt);
}

TEST_CASE("a site whose word is wanted is told from one that is only named") {
  using Sites = std::vector<std::string>;
  CHECK(sites("What does python.org say about the GIL?") == Sites{"python.org"});
  CHECK(sites("According to en.wikipedia.org, who built it?") == Sites{"en.wikipedia.org"});
  CHECK(sites("Compare the return terms on amazon.com with what ebay.com says.") ==
        Sites{"amazon.com", "ebay.com"});
  CHECK(sites("site:debian.org release notes") == Sites{"debian.org"});
  CHECK(sites("python.org 上怎么说 GIL？") == Sites{"python.org"});
  CHECK(sites("根据python.org，GIL 是什么？") == Sites{"python.org"});
  CHECK(sites("Who founded booking.com?").empty());
  CHECK(sites("Is booking.com older than expedia.com?").empty());
  CHECK(sites("What is on the menu?").empty());
}

TEST_CASE("who wants a site's word needs the web") {
  const auto verdict = judge_question("According to example.org, who painted Guernica?", {now});
  CHECK(verdict.needs_fresh);
  CHECK(verdict.reasons.front() == "asks what example.org says");
  CHECK_FALSE(judge_question("Who painted Guernica?", {now}).needs_fresh);
}

TEST_CASE("a long question of nothing but sites is read in one go") {
  std::string many;
  for (int n = 0; n < 4000; ++n) many += "on a" + std::to_string(n % 20) + ".example.org ";
  CHECK(sites(many).size() <= 16);
}

}  // namespace
}  // namespace seekd::policy
