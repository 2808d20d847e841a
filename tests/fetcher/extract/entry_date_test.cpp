#include "fetcher/extract/entry_date.h"

#include <catch2/catch.hpp>

using seekd::fetcher::entry_date;

TEST_CASE("RFC 3339 becomes UTC", "[extract][date]") {
  CHECK(entry_date("2026-03-01T12:00:00Z") == "2026-03-01T12:00:00Z");
  CHECK(entry_date(" 2026-03-01T12:00:00+08:00 \n") == "2026-03-01T04:00:00Z");
  CHECK(entry_date("2026-03-01T00:30:00.123-0130") == "2026-03-01T02:00:00Z");
  CHECK(entry_date("2025-12-31T23:30:00-01:00") == "2026-01-01T00:30:00Z");
  CHECK(entry_date("2026-03-01 12:00") == "2026-03-01T12:00:00Z");
}

TEST_CASE("W3C's note: less than a time is a day", "[extract][date]") {
  CHECK(entry_date("2026-03-01") == "2026-03-01");
  CHECK(entry_date("2026-03") == "2026-03-01");
  CHECK(entry_date("2026") == "2026-01-01");
}

TEST_CASE("RFC 822 in the forms that feeds write", "[extract][date]") {
  CHECK(entry_date("Sun, 01 Mar 2026 12:00:00 GMT") == "2026-03-01T12:00:00Z");
  CHECK(entry_date("Sun, 1 Mar 2026 12:00:00 +0800") == "2026-03-01T04:00:00Z");
  CHECK(entry_date("1 Mar 26 12:00 EST") == "2026-03-01T17:00:00Z");
  CHECK(entry_date("Sunday, 01-March-2026 12:00:00 UTC") == "2026-03-01T12:00:00Z");
  CHECK(entry_date("01 Mar 2026") == "2026-03-01");
  CHECK(entry_date("Mon, 02 Mar 98 00:00:00 Z") == "1998-03-02T00:00:00Z");
}

TEST_CASE("what is no date is none", "[extract][date]") {
  for (const char* text : {"", "yesterday", "2026-13-01", "2026-02-30", "31 Feb 2026", "12",
                           "Mar 2026", "9999999999999-01-01", "2026-03-01X", "--", "1 Foo 2026"}) {
    CHECK(entry_date(text) == "");
  }
}

TEST_CASE("a day whose time cannot be read is a day", "[extract][date]") {
  CHECK(entry_date("2026-03-01T99:00") == "2026-03-01");
}
