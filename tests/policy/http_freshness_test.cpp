#include "policy/http_freshness.h"

#include <catch2/catch.hpp>

#include "policy/cache_control.h"
#include "policy/http_date.h"

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;
using std::chrono::seconds;

// Sun, 06 Nov 1994 08:49:37 GMT, the date of RFC 9110's examples.
constexpr TimePoint example{seconds(784111777)};
const std::string example_text = "Sun, 06 Nov 1994 08:49:37 GMT";

constexpr FreshnessBounds unbounded{.heuristic_default = 1h, .lifetime_max = 36500 * 24h};

// How long after its receipt a response is fresh that was asked for and answered within the second
// of its Date.
seconds remaining(CachingHeaders headers, const FreshnessBounds& bounds = unbounded) {
  if (headers.date.empty()) headers.date = example_text;
  return judge_freshness(headers, example, example, bounds).fresh_until - example;
}

CachingHeaders control(std::string cache_control) {
  return {.cache_control = std::move(cache_control)};
}

TEST_CASE("RFC 9111 4.2.1: s-maxage, then max-age, then Expires minus Date, then the heuristic") {
  CachingHeaders headers{.cache_control = "max-age=60, s-maxage=30",
                         .expires = "Sun, 06 Nov 1994 08:59:37 GMT",
                         .last_modified = "Sun, 06 Nov 1994 07:49:37 GMT"};
  CHECK(remaining(headers) == 30s);
  headers.cache_control = "max-age=60";
  CHECK(remaining(headers) == 60s);
  headers.cache_control = "";
  CHECK(remaining(headers) == 10min);
  headers.expires = "";
  CHECK(remaining(headers) == 6min);
  headers.last_modified = "";
  CHECK(remaining(headers) == 1h);
}

TEST_CASE("RFC 9111 5.3: an invalid Expires, especially \"0\", means already expired") {
  for (const char* expires : {"0", "-1", "never", "Sun, 32 Nov 1994 08:49:37 GMT", "784111777",
                              "Sun, 06 Nov 2094 08:49:37 PST", "Sun, 06 Nov 2094 08:49:37"}) {
    INFO(expires);
    CHECK(remaining({.expires = expires}) == 0s);
  }
}

TEST_CASE("RFC 9111 5.3: max-age wins over Expires, valid or not") {
  CHECK(remaining({.cache_control = "max-age=5", .expires = "0"}) == 5s);
}

TEST_CASE("RFC 9111 1.2.2: a number too large to be counted is 2^31") {
  CHECK(remaining(control("max-age=99999999999999999999")) == seconds(2147483648));
  CHECK(remaining(control("max-age=2147483648")) == seconds(2147483648));
  CHECK(remaining(control("max-age=" + std::string(60'000, '9'))) == seconds(2147483648));
  CHECK(remaining({.cache_control = "max-age=60", .age = "99999999999999999999"}) ==
        60s - seconds(2147483648));
}

TEST_CASE("RFC 9111 4.2.1: invalid or contradicting freshness information means stale") {
  for (const char* invalid :
       {"max-age=-1", "max-age=1.5", "max-age=", "max-age", "max-age=60s", "max-age=0x10",
        "max-age=60, max-age=120", "max-age=+5", "s-maxage=x, max-age=60", "max-age=\"\""}) {
    INFO(invalid);
    CHECK(remaining(control(invalid)) == 0s);
  }
  CHECK(remaining(control("max-age=60, max-age=60")) == 60s);
}

TEST_CASE("RFC 9111 5.2.2.2, .8 and .10: what may not be used stale and unconfirmed") {
  for (const char* said : {"must-revalidate", "max-age=5, Proxy-Revalidate", "s-maxage=5"}) {
    CHECK(parse_cache_control(said).must_revalidate);
  }
  CHECK_FALSE(parse_cache_control("max-age=5, no-cache, x=\"must-revalidate\"").must_revalidate);
}

TEST_CASE("RFC 9111 5.2: names in any case, arguments as tokens or quoted strings") {
  CHECK(remaining(control("MAX-Age=\"60\"")) == 60s);
  CHECK(remaining(control(" , ,public ,\tmax-age = 60 ,")) == 60s);
  CHECK(remaining(control("x=\"max-age=5, no-store\", max-age=60")) == 60s);
  CHECK(remaining(control("x=\"a\\\"b, max-age=5\", max-age=60")) == 60s);
  CHECK(judge_freshness(control("x=\"no-store\""), example, example, unbounded).storable);
  CHECK(judge_freshness(control("no-storey, xno-store"), example, example, unbounded).storable);
}

TEST_CASE("RFC 9111 5.2.2: what must not be stored, and what must be asked about each time") {
  const auto judged = [](const char* field) {
    return judge_freshness(control(field), example, example, unbounded);
  };
  CHECK_FALSE(judged("No-Store, max-age=60").storable);
  CHECK_FALSE(judged("private").storable);
  CHECK_FALSE(judged("private=\"x-user\"").storable);
  CHECK(judged("public, must-revalidate, immutable, max-age=60").storable);
  CHECK(judged("no-cache").always_revalidate);
  CHECK(judged("no-cache=\"set-cookie\"").always_revalidate);
  CHECK_FALSE(judged("max-age=0").always_revalidate);
  CHECK_FALSE(judged("must-revalidate, max-age=60").always_revalidate);
}

TEST_CASE("RFC 9111 4.1: a Vary that holds * always fails to match") {
  const auto asks = [](const char* vary) {
    return judge_freshness({.vary = vary}, example, example, unbounded).always_revalidate;
  };
  CHECK(asks("*"));
  CHECK(asks("Accept-Encoding, *"));
  CHECK(asks(" * ,x"));
  CHECK_FALSE(asks(""));
  CHECK_FALSE(asks("Accept-Encoding"));
  CHECK_FALSE(asks("x-*"));
}

TEST_CASE("RFC 9111 4.2.3: the current age is the larger of the apparent and the corrected one") {
  const auto left = [](CachingHeaders headers, seconds delay) {
    headers.cache_control = "max-age=100";
    return judge_freshness(headers, example, example + delay, unbounded).fresh_until -
           (example + delay);
  };
  // corrected_age_value = age_value + response_delay
  CHECK(left({.date = example_text, .age = "30"}, 5s) == 65s);
  // apparent_age = max(0, response_time - date_value)
  CHECK(left({.date = "Sun, 06 Nov 1994 08:48:57 GMT"}, 0s) == 60s);
  CHECK(left({.date = "Sun, 06 Nov 1994 08:48:57 GMT", .age = "50"}, 0s) == 50s);
  // A server's clock ahead of ours makes nothing younger than it is.
  CHECK(left({.date = "Sun, 06 Nov 1994 09:49:37 GMT"}, 0s) == 100s);
  CHECK(left({.date = "Sun, 06 Nov 1994 09:49:37 GMT", .age = "10"}, 2s) == 88s);
}

TEST_CASE("a clock that was set back between request and response makes no negative delay") {
  CHECK(judge_freshness({.cache_control = "max-age=100", .date = example_text}, example + 60s,
                        example, unbounded)
            .fresh_until == example + 100s);
}

TEST_CASE("RFC 9111 5.1: of several Age members the first counts; an invalid one is ignored") {
  CHECK(remaining({.cache_control = "max-age=100", .age = "10, 90"}) == 90s);
  CHECK(remaining({.cache_control = "max-age=100", .age = "-10"}) == 100s);
  CHECK(remaining({.cache_control = "max-age=100", .age = "ten"}) == 100s);
}

TEST_CASE("RFC 9110 6.6.1: a response without a readable Date is dated by its receipt") {
  CachingHeaders headers{.expires = "Sun, 06 Nov 1994 08:59:37 GMT"};
  CHECK(judge_freshness(headers, example, example, unbounded).fresh_until == example + 10min);
  headers.date = "yesterday";
  CHECK(judge_freshness(headers, example, example, unbounded).fresh_until == example + 10min);
}

TEST_CASE(
    "RFC 9111 4.2.2: the heuristic is a tenth of the time since Last-Modified, never less than "
    "none") {
  CHECK(remaining({.last_modified = "Sun, 06 Nov 1994 08:32:57 GMT"}) == 100s);
  CHECK(remaining({.last_modified = example_text}) == 0s);
  CHECK(remaining({.last_modified = "Sun, 06 Nov 2094 08:32:57 GMT"}) == 0s);
  CHECK(remaining({.last_modified = "Thu, 01 Jan 0001 00:00:00 GMT"}) > 24h);
  CHECK(remaining({.last_modified = "long ago"}) == 1h);
}

TEST_CASE("the site's bounds hold whatever a server says") {
  const FreshnessBounds bounds{.heuristic_default = 1h, .lifetime_min = 10s, .lifetime_max = 2h};
  CHECK(remaining(control("max-age=1"), bounds) == 10s);
  CHECK(remaining(control("max-age=99999999999999999999"), bounds) == 2h);
  CHECK(remaining({.expires = "Fri, 31 Dec 9999 23:59:59 GMT"}, bounds) == 2h);
  CHECK(remaining({.expires = "0"}, bounds) == 10s);
}

TEST_CASE("RFC 9111 4.2.4: what a cache must not serve stale") {
  const auto headers = [](const char* cache_control, const char* vary = "") {
    CachingHeaders said;
    said.cache_control = cache_control;
    said.vary = vary;
    return said;
  };
  for (const char* forbids : {"no-cache", "max-age=60, must-revalidate", "Proxy-Revalidate",
                              "s-maxage=60", "no-cache=\"set-cookie\""}) {
    INFO(forbids);
    CHECK(forbids_stale(headers(forbids)));
  }
  CHECK(forbids_stale(headers("max-age=60", "Accept, *")));
  for (const char* allows : {"", "max-age=0", "public, max-age=60", "stale-if-error=60"}) {
    INFO(allows);
    CHECK_FALSE(forbids_stale(headers(allows, "Accept")));
  }
}

TEST_CASE("RFC 9111 3.2: a 304's fields replace the stored ones, the others stay") {
  const CachingHeaders stored{.cache_control = "max-age=60",
                              .expires = "0",
                              .date = "old",
                              .age = "50",
                              .last_modified = "then",
                              .etag = "\"1\"",
                              .vary = "*"};
  const CachingHeaders updated =
      updated_headers(stored, {.cache_control = "max-age=5", .date = "new", .etag = "\"2\""});
  CHECK(updated == CachingHeaders{.cache_control = "max-age=5",
                                  .expires = "0",
                                  .date = "new",
                                  .last_modified = "then",
                                  .etag = "\"2\"",
                                  .vary = "*"});
}

TEST_CASE("RFC 9110 5.6.7: a recipient accepts all three HTTP-date formats") {
  CHECK(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT", example) == example);
  CHECK(parse_http_date("Sunday, 06-Nov-94 08:49:37 GMT", example) == example);
  CHECK(parse_http_date("Sun Nov  6 08:49:37 1994", example) == example);
  CHECK(parse_http_date("Wed Nov 16 08:49:37 1994", example) == example + 10 * 24h);
  CHECK(parse_http_date("sun, 06 nov 1994 08:49:37 gmt", example) == example);
  CHECK(parse_http_date("Sat, 31 Dec 2016 23:59:60 GMT", example) ==
        TimePoint(seconds(1483228800)));
}

TEST_CASE("RFC 9110 5.6.7: a two-digit year over 50 years ahead is the last one that ended so") {
  const auto year_of = [](const char* text, int now) {
    using namespace std::chrono;
    const auto date = parse_http_date(text, sys_days(year(now) / 6 / 15));
    REQUIRE(date);
    return static_cast<int>(year_month_day(floor<days>(*date)).year());
  };
  CHECK(year_of("Sunday, 06-Nov-94 08:49:37 GMT", 2026) == 1994);
  CHECK(year_of("Sunday, 06-Nov-26 08:49:37 GMT", 2026) == 2026);
  CHECK(year_of("Sunday, 06-Nov-75 08:49:37 GMT", 2026) == 2075);
  CHECK(year_of("Sunday, 06-Nov-76 08:49:37 GMT", 2026) == 1976);
  CHECK(year_of("Sunday, 06-Jan-76 08:49:37 GMT", 2026) == 2076);
  CHECK(year_of("Sunday, 06-Nov-00 08:49:37 GMT", 1999) == 2000);
}

TEST_CASE("what is no HTTP-date is none") {
  for (const char* bad :
       {"", "0", "1994-11-06T08:49:37Z", "Sun, 6 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nov 1994 08:49:37 GMT ", "Sun, 06 Nov 1994 08:49:37 UTC",
        "Sun, 06 Nov 1994 08:49:37 +0000", "Sun, 06 Nov 1994 24:00:00 GMT",
        "Sun, 06 Nov 1994 08:60:00 GMT", "Sun, 06 Nov 1994 08:49:61 GMT",
        "Sun, 30 Feb 1994 08:49:37 GMT", "Sun, 00 Nov 1994 08:49:37 GMT",
        "Sun, 06 Nvo 1994 08:49:37 GMT", "Sun, 06 Nov 19994 08:49:37 GMT",
        "Sun 06 Nov 1994 08:49:37 GMT", "Sun Nov 6 08:49:37 1994", "Sun, 06 Nov 1994"}) {
    INFO(bad);
    CHECK_FALSE(parse_http_date(bad, example));
  }
  CHECK_FALSE(parse_http_date(std::string(100'000, 'S'), example));
}

}  // namespace
}  // namespace seekd::policy
