#include "fetcher/broker/robots_cache.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;
using namespace std::chrono_literals;
using policy::EgressReason;

namespace {

const RobotsCache::Clock::time_point start{1h};

FetchResult ended(EgressReason reason, int status, std::size_t hop = 0) {
  FetchResult result;
  result.reply.reason = reason;
  result.reply.http_status = status;
  result.reply.message = "why";
  result.refused_hop = hop;
  return result;
}

RobotsCache::Answer shared(RobotsAnswer answer) {
  return std::make_shared<const RobotsAnswer>(std::move(answer));
}

RobotsCache::Answer unavailable(EgressReason reason) {
  return shared(std::unexpected(Refusal{reason, ""}));
}

}  // namespace

TEST_CASE("RFC 9309 §2.3.1.3: a 4xx allows everything") {
  const auto answer = robots_answer(ended(EgressReason::http_error, 404));
  REQUIRE(answer);
  CHECK(answer->rules.empty());
}

TEST_CASE("RFC 9309 §2.3.1.4: a 5xx and what cannot be read allow nothing") {
  for (const auto& result :
       {ended(EgressReason::http_error, 503), ended(EgressReason::timeout, 0),
        ended(EgressReason::framing_invalid, 200), ended(EgressReason::worker_failed, 0),
        ended(EgressReason::address_denied, 302, 1)}) {
    const auto answer = robots_answer(result);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason == EgressReason::robots_unavailable);
  }
}

TEST_CASE("an origin that cannot be reached is told by that name") {
  for (const auto reason :
       {EgressReason::address_denied, EgressReason::resolve_failed, EgressReason::tls_failed}) {
    const auto answer = robots_answer(ended(reason, 0));
    REQUIRE_FALSE(answer);
    CHECK(answer.error().reason == reason);
  }
}

TEST_CASE("RFC 9309 §2.4: rules are kept for a day, not longer") {
  RobotsCache cache;
  cache.store("https://a", shared(policy::RobotsRules{{{policy::RobotsVerb::disallow, "/"}}}),
              start);
  CHECK(cache.find("https://a", start + 23h + 59min));
  CHECK_FALSE(cache.find("https://a", start + 24h));
  CHECK_FALSE(cache.find("https://b", start));
}

TEST_CASE("an unavailable robots.txt is asked for again soon, an unreachable origin at once") {
  RobotsCache cache;
  cache.store("https://a", unavailable(EgressReason::robots_unavailable), start);
  cache.store("https://b", unavailable(EgressReason::resolve_failed), start);
  CHECK(cache.find("https://a", start + 59s));
  CHECK_FALSE(cache.find("https://a", start + 60s));
  CHECK_FALSE(cache.find("https://b", start));
}

TEST_CASE("the cache is bounded, and lets the oldest go") {
  RobotsCache cache;
  for (int i = 0; i < 3000; ++i)
    cache.store("https://" + std::to_string(i), shared(policy::RobotsRules{}), start + i * 1s);
  CHECK(cache.size() == 1024);
  CHECK_FALSE(cache.find("https://0", start));
  CHECK(cache.find("https://2999", start));
}

TEST_CASE("the cache is bounded in bytes, and an answer that is replaced counts once") {
  policy::RobotsRules large;
  large.rules.assign(3, {policy::RobotsVerb::disallow, std::string(policy::robots_bytes_max, '/')});
  const auto answer = shared(large);
  RobotsCache cache;
  for (int i = 0; i < 100; ++i) cache.store("https://a", answer, start);
  const std::size_t bytes = cache.bytes();
  CHECK(bytes > 3 * policy::robots_bytes_max);
  CHECK(bytes < 4 * policy::robots_bytes_max);
  for (int i = 0; i < 1000; ++i) {
    cache.store("https://" + std::to_string(i), shared(large), start + i * 1s);
  }
  CHECK(cache.bytes() <= robots_cache_bytes_max);
  CHECK(cache.size() == robots_cache_bytes_max / bytes);
  CHECK_FALSE(cache.find("https://a", start));
  CHECK(cache.find("https://999", start));
}

TEST_CASE("what is found is shared, not copied") {
  RobotsCache cache;
  const auto answer = shared(policy::RobotsRules{});
  cache.store("https://a", answer, start);
  CHECK(cache.find("https://a", start) == answer);
}
