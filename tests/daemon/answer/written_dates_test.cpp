#include "daemon/answer/written_dates.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using Texts = std::vector<std::string>;

Texts dates_of(std::string_view text) {
  Texts out;
  for (const WrittenDate& date : read_dates(text)) out.push_back(to_text(date));
  return out;
}

TEST_CASE("one day is one date in every spelling") {
  for (const std::string_view text :
       {"on 1 March 2026.", "1st of March, 2026", "March 1, 2026", "march 1st 2026", "Mar. 1, 2026",
        "2026-03-01", "2026-3-1", "2026-03-01T12:00:00Z", "2026/03/01", "1.3.2026", "01.03.2026",
        "2026年3月1日", "2026 年 3 月 1 日", "二〇二六年三月一日", "2026年3月1号",
        "(1 Mar 2026)"}) {
    INFO(text);
    CHECK(dates_of(text) == Texts{"2026-03-01"});
  }
}

TEST_CASE("what is not said of a date is not read into it") {
  CHECK(dates_of("in March 2026") == Texts{"2026-03"});
  CHECK(dates_of("2026年3月") == Texts{"2026-03"});
  CHECK(dates_of("on 1 March") == Texts{"03-01"});
  CHECK(dates_of("3月1日") == Texts{"03-01"});
  CHECK(dates_of("十二月二十四日、十月十日") == Texts{"12-24", "10-10"});
  CHECK(dates_of("1 March 2026 and 2 April") == Texts{"2026-03-01", "04-02"});
}

TEST_CASE("other numbers are no dates") {
  for (const std::string_view text :
       {"3/1/2026", "2026", "march on", "it may 5", "version 4.2.1", "1.2.3.4", "192.0.2.1",
        "13.13.2026", "2026-13-01", "3 marches", "12:30", "7月", "一月", "第三月台", "", "2026-",
        "年月日"}) {
    INFO(text);
    const Texts found = dates_of(text);
    CHECK(found.size() <= (text == "it may 5" ? 1 : 0));
  }
}

TEST_CASE("a date covers those that are less exact") {
  const WrittenDate day{{}, 2026, 3, 1};
  CHECK(covers(day, day));
  CHECK(covers(day, {{}, 2026, 3, 0}));
  CHECK(covers(day, {{}, 0, 3, 1}));
  CHECK_FALSE(covers(day, {{}, 2025, 3, 1}));
  CHECK_FALSE(covers({{}, 2026, 3, 0}, day));
}

TEST_CASE("dates give way to as many blanks") {
  const std::string text = "On 1 March 2026, it opened.";
  CHECK(without_dates(text, read_dates(text)) == "On             , it opened.");
}

}  // namespace
}  // namespace seekd::daemon
