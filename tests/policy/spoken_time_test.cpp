#include "policy/spoken_time.h"

#include <chrono>

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "policy/knowledge_cutoff.h"
#include "policy/site_mentions.h"

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

// A Wednesday.
constexpr TimePoint now = std::chrono::sys_days(2024y / 5 / 15) + 10h;

// "2024-05-06 2024-05-13", or "none".
std::string time_of(std::string_view question) {
  const auto time = spoken_time(question, now);
  if (!time) return "none";
  std::string text;
  for (const TimePoint end : {time->span.begin, time->span.end}) {
    const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(end));
    text +=
        fmt::format("{}{:04}-{:02}-{:02}", text.empty() ? "" : " ", static_cast<int>(date.year()),
                    static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  }
  return text;
}

TEST_CASE("words of a calendar are days, weeks, months and years as seen from now") {
  CHECK(time_of("What happened yesterday?") == "2024-05-14 2024-05-15");
  CHECK(time_of("Will it rain tomorrow?") == "2024-05-16 2024-05-17");
  CHECK(time_of("Who won last night?") == "2024-05-14 2024-05-15");
  CHECK(time_of("What films came out last week?") == "2024-05-06 2024-05-13");
  CHECK(time_of("this month") == "2024-05-01 2024-06-01");
  CHECK(time_of("Next quarter's dividend") == "2024-07-01 2024-10-01");
  CHECK(time_of("Who won last year?") == "2023-01-01 2024-01-01");
  CHECK(time_of("the past three years") == "2021-01-01 2024-05-15");
  CHECK(time_of("two weeks ago") == "2024-04-29 2024-05-06");
  CHECK(time_of("a year ago") == "2023-01-01 2024-01-01");
  CHECK(time_of("last Friday") == "2024-05-10 2024-05-11");
  CHECK(time_of("last Wednesday") == "2024-05-08 2024-05-09");
  CHECK(time_of("next Monday") == "2024-05-20 2024-05-21");
  CHECK(time_of("last March") == "2024-03-01 2024-04-01");
  CHECK(time_of("last June") == "2023-06-01 2023-07-01");
}

TEST_CASE("dates are read as they are written in English") {
  CHECK(time_of("Who won in 2019?") == "2019-01-01 2020-01-01");
  CHECK(time_of("on January 2, 2023") == "2023-01-02 2023-01-03");
  CHECK(time_of("on 2 Jan 2023") == "2023-01-02 2023-01-03");
  CHECK(time_of("on 2023-01-02") == "2023-01-02 2023-01-03");
  CHECK(time_of("in February 2020") == "2020-02-01 2020-03-01");
  CHECK(time_of("the fourth quarter of 2022") == "2022-10-01 2023-01-01");
  CHECK(time_of("Q1 2022") == "2022-01-01 2022-04-01");
  CHECK(time_of("music of the 1990s") == "1990-01-01 2000-01-01");
  CHECK(time_of("in the 19th century") == "1801-01-01 1901-01-01");
  CHECK(time_of("February 30, 2023") == "2023-01-01 2024-01-01");
  CHECK(time_of("1000 people in a 2048 game") == "2048-01-01 2049-01-01");
  CHECK(time_of("How far is 1500 metres?") == "none");
  CHECK(time_of("May I ask you?") == "none");
}

TEST_CASE("of several times, what lies between belongs to it") {
  CHECK(time_of("between 1914 and 1918") == "1914-01-01 1919-01-01");
  CHECK(time_of("since 2020") == "2020-01-01 2024-05-15");
  CHECK(time_of("before 1900") == "0001-01-01 1900-01-01");
  CHECK(time_of("after 2010") == "2011-01-01 2024-05-15");
  CHECK(spoken_time("from 1914 to last year", now)->words == "1914, last year");
}

TEST_CASE("Chinese and Japanese times are read") {
  CHECK(time_of("昨天谁赢了？") == "2024-05-14 2024-05-15");
  CHECK(time_of("前天的新闻") == "2024-05-13 2024-05-14");
  CHECK(time_of("上周票房最高的电影") == "2024-05-06 2024-05-13");
  CHECK(time_of("上个月的通胀率") == "2024-04-01 2024-05-01");
  CHECK(time_of("去年的春晚") == "2023-01-01 2024-01-01");
  CHECK(time_of("三天前") == "2024-05-12 2024-05-13");
  CHECK(time_of("两年前的事") == "2022-01-01 2023-01-01");
  CHECK(time_of("2008年8月8日") == "2008-08-08 2008-08-09");
  CHECK(time_of("２０１９年の優勝") == "2019-01-01 2020-01-01");
  CHECK(time_of("先週の映画") == "2024-05-06 2024-05-13");
  CHECK(time_of("昨日の試合") == "2024-05-14 2024-05-15");
  CHECK(time_of("一昨年の優勝") == "2022-01-01 2023-01-01");
  CHECK(time_of("3ヶ月前") == "2024-02-01 2024-03-01");
  CHECK(time_of("令和元年") == "2019-01-01 2020-01-01");
  CHECK(time_of("昭和64年1月") == "1989-01-01 1989-02-01");
  CHECK(time_of("19世紀の画家") == "1801-01-01 1901-01-01");
  CHECK(time_of("日本周边国家") == "none");
  CHECK(time_of("12345年") == "none");
}

TEST_CASE("a time is over when its last second has passed") {
  CHECK(spoken_time("yesterday", now)->is_over(now));
  CHECK_FALSE(spoken_time("today", now)->is_over(now));
  CHECK_FALSE(spoken_time("in 2024", now)->is_over(now));
}

TEST_CASE("hostile times are read in linear time, and lead nowhere outside the calendar") {
  for (const std::string_view piece : {"last ", "9999 years ago ", "January ", "２０１９", "三",
                                       "令和", "2019年", "\xff\xfe", "99th century "}) {
    std::string text;
    while (text.size() < 1 << 20) text += piece;
    INFO(piece);
    const auto time = spoken_time(text, now);
    if (time) {
      CHECK(time->span.begin <= time->span.end);
      CHECK(time->span.begin >= year_span(year_min).begin);
      CHECK(time->span.end <= year_span(year_max).end);
    }
  }
}

TEST_CASE("names of hosts are sites, and names of files, products and sentences are none") {
  const auto sites = [](std::string_view text) {
    std::string joined;
    for (const std::string& site : site_mentions(text))
      joined += (joined.empty() ? "" : " ") + site;
    return joined;
  };
  CHECK(sites("What is new on debian.org?") == "debian.org");
  CHECK(sites("according to en.Wikipedia.org, and WWW.BBC.CO.UK.") ==
        "en.wikipedia.org www.bbc.co.uk");
  CHECK(sites("在debian.org上有什么新闻") == "debian.org");
  CHECK(sites("see https://example.org/a.html and b.example.com/c.net") ==
        "example.org b.example.com");
  CHECK(sites("fix main.py and README.md and lib.rs") == "");
  CHECK(sites("what is new on docs.rs") == "docs.rs");
  CHECK(sites("site:lib.rs serde") == "lib.rs");
  CHECK(sites("mail me@example.org, e.g. at 3.14 or i.e. U.S. or Node.js or ASP.NET") == "");
  CHECK(sites("It ended.Is it over?") == "");
  CHECK(sites("http://127.0.0.1/ 10.0.0.1 a..b.com -x-.org") == "127.0.0.1");
}

TEST_CASE("a model's knowledge ends when its family's makers say") {
  CHECK(known_cutoff("Meta-Llama-3.1-8B-Instruct.Q4_K_M") ==
        TimePoint(std::chrono::sys_days(2024y / 1 / 1)));
  CHECK(known_cutoff("Meta-Llama-3-8B") == TimePoint(std::chrono::sys_days(2023y / 4 / 1)));
  CHECK(known_cutoff("deepseek-ai/DeepSeek-R1-Distill-Qwen-7B") ==
        TimePoint(std::chrono::sys_days(2024y / 4 / 1)));
  CHECK(known_cutoff("SmolLM2-135M-Instruct.Q4_1") ==
        TimePoint(std::chrono::sys_days(2024y / 5 / 1)));
  CHECK_FALSE(known_cutoff("my-own-model"));
  CHECK(knowledge_cutoff(2025y / 12, "my-own-model") ==
        TimePoint(std::chrono::sys_days(2026y / 1 / 1)));
  CHECK(knowledge_cutoff(std::nullopt, "Qwen2.5-7B") == known_cutoff("Qwen2.5-7B"));
}

}  // namespace
}  // namespace seekd::policy
