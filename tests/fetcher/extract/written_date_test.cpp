#include "fetcher/extract/written_date.h"

#include <catch2/catch.hpp>

using seekd::fetcher::day_of_path;
using seekd::fetcher::written_day;

TEST_CASE("a day is read in the spellings of several languages", "[extract][date]") {
  CHECK(written_day("July 27, 2025") == "2025-07-27");
  CHECK(written_day("Published on March 02, 2025") == "2025-03-02");
  CHECK(written_day("on Friday December 19, 2025 @08:00PM") == "2025-12-19");
  CHECK(written_day("12 Nov 2025 8 min read") == "2025-11-12");
  CHECK(written_day("February 9th, 2024") == "2024-02-09");
  CHECK(written_day("3rd of Sept. 2024") == "2024-09-03");
  CHECK(written_day("2024 Jun 30") == "2024-06-30");
  CHECK(written_day("2025\u5E747\u670827\u65E5") == "2025-07-27");
  CHECK(written_day("2025\uB144 7\uC6D4 27\uC77C") == "2025-07-27");
  CHECK(written_day("2025. 7. 27.") == "2025-07-27");
  CHECK(written_day("2025/07/27 10:11") == "2025-07-27");
  CHECK(written_day("27.07.2025") == "2025-07-27");
  CHECK(written_day("13/11/2025 09:21:40") == "2025-11-13");
  CHECK(written_day("11/13/2025") == "2025-11-13");
}

TEST_CASE("what is no day, or one of two, is not guessed", "[extract][date]") {
  CHECK(written_day("3/4/2025").empty());
  CHECK(written_day("").empty());
  CHECK(written_day("2025").empty());
  CHECK(written_day("May 2025").empty());
  CHECK(written_day("February 30, 2025").empty());
  CHECK(written_day("mayor 3 2025").empty());
}

TEST_CASE("a path of year, month and day is a date", "[extract][date]") {
  CHECK(day_of_path("/2025/12/19/what-do-people-love.html") == "2025-12-19");
  CHECK(day_of_path("/news/2025/1/9/") == "2025-01-09");
  CHECK(day_of_path("/2025/12/").empty());
  CHECK(day_of_path("/a-2025/12/19").empty());
}
