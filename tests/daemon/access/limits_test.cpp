#include "daemon/access/limits.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

constexpr Limits::Time start{1h};

Caller caller_with(config::CallerLimits limits, std::string name = "alice") {
  Caller caller;
  caller.name = std::move(name);
  Terms terms;
  terms.limits = limits;
  caller.terms = std::make_shared<const Terms>(terms);
  return caller;
}

std::string header(const Limits::Headers& headers, std::string_view name) {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return "";
}

TEST_CASE("without limits everything is let in, and nothing is said of them") {
  Limits limits;
  const Caller caller = caller_with({});
  for (int n = 0; n < 1000; ++n) {
    const auto admitted = limits.admit(caller, Uses::model, start);
    REQUIRE(admitted);
    CHECK(admitted->headers.empty());
  }
}

TEST_CASE("requests beyond a minute's are refused until one is due, and others are not touched") {
  Limits limits;
  const Caller caller = caller_with({.requests_per_minute = 60, .requests_burst = 2});
  const auto first = limits.admit(caller, Uses::nothing, start);
  REQUIRE(first);
  CHECK(header(first->headers, "x-ratelimit-limit-requests") == "2");
  CHECK(header(first->headers, "x-ratelimit-remaining-requests") == "1");
  REQUIRE(limits.admit(caller, Uses::nothing, start));
  const auto refused = limits.admit(caller, Uses::nothing, start);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().error.status == 429);
  CHECK(refused.error().error.code == "rate_limit_exceeded");
  CHECK(refused.error().error.retry_after == 1s);
  CHECK(refused.error().reason == "rate_limit_requests");
  CHECK(header(refused.error().headers, "x-ratelimit-remaining-requests") == "0");
  CHECK(limits.admit(caller_with(caller.terms->limits, "bob"), Uses::nothing, start));
  CHECK(limits.admit(caller, Uses::nothing, start + 1s));
  CHECK_FALSE(limits.admit(caller, Uses::nothing, start + 1s));
}

TEST_CASE("tokens are charged when they are known, and the next question waits") {
  Limits limits;
  const Caller caller = caller_with({.tokens_per_minute = 600});
  REQUIRE(limits.admit(caller, Uses::model, start));
  limits.charge_tokens(caller, 700, start);
  const auto refused = limits.admit(caller, Uses::model, start);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "rate_limit_tokens");
  CHECK(refused.error().error.retry_after == 11s);
  CHECK(limits.admit(caller, Uses::nothing, start));
  CHECK(limits.admit(caller, Uses::model, start + 11s));
}

TEST_CASE("pages are charged likewise") {
  Limits limits;
  const Caller caller = caller_with({.fetches_per_minute = 6});
  limits.charge_fetches(caller, 6, start);
  CHECK(limits.admit(caller, Uses::model, start));
  CHECK_FALSE(limits.admit(caller, Uses::door, start));
  const auto refused = limits.no_fetches(caller, start);
  REQUIRE(refused);
  CHECK(refused->error.retry_after == 10s);
  CHECK_FALSE(limits.no_fetches(caller, start + 10s));
}

TEST_CASE("so many at once, and a place is free when its request is over") {
  Limits limits;
  const Caller caller = caller_with({.requests_at_once = 2});
  auto one = limits.admit(caller, Uses::nothing, start);
  const auto two = limits.admit(caller, Uses::nothing, start);
  REQUIRE(one);
  REQUIRE(two);
  const auto refused = limits.admit(caller, Uses::nothing, start);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().reason == "rate_limit_at_once");
  one->place.reset();
  CHECK(limits.admit(caller, Uses::nothing, start));
}

TEST_CASE("accounts of one table have limits of their own, and a changed table is obeyed at once") {
  Limits limits;
  Caller caller = caller_with({.requests_per_minute = 1, .requests_burst = 1});
  caller.account.uid = 1001;
  CHECK(limits.admit(caller, Uses::nothing, start));
  CHECK_FALSE(limits.admit(caller, Uses::nothing, start));
  Caller other = caller;
  other.account.uid = 1002;
  CHECK(limits.admit(other, Uses::nothing, start));
  Caller reloaded = caller_with({.requests_per_minute = 1, .requests_burst = 5});
  reloaded.account.uid = 1001;
  CHECK(limits.admit(reloaded, Uses::nothing, start));
}

TEST_CASE("what is kept of callers is bounded, and a debt outlives callers without one") {
  Limits limits;
  const Caller debtor = caller_with({.tokens_per_minute = 60}, "debtor");
  limits.charge_tokens(debtor, 600, start);
  const auto common = caller_with({.requests_per_minute = 60, .requests_burst = 1}).terms;
  for (int n = 0; n < 10'500; ++n) {
    Caller caller;
    caller.name = "guest" + std::to_string(n);
    caller.terms = common;
    REQUIRE(limits.admit(caller, Uses::nothing, start + std::chrono::milliseconds(n)));
  }
  CHECK_FALSE(limits.admit(debtor, Uses::model, start + 11s));
}

}  // namespace
}  // namespace seekd::daemon
