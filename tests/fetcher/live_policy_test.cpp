#include "fetcher/broker/live_policy.h"

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::fetcher;

namespace {

const TimePoint start{std::chrono::seconds(1'700'000'000)};
const TimePoint later = start + std::chrono::minutes(1);

config::Config allowing(std::vector<policy::SiteRule> rules) {
  config::Config config;
  config.egress.allow = std::move(rules);
  return config;
}

}  // namespace

TEST_CASE("a new policy is in force for who asks from then on, and the old one for who holds it") {
  LivePolicy live(allowing({{"a.org"}}), start);
  const auto running = live.current();
  REQUIRE(live.replace(config::Loaded{allowing({{"b.org"}}), {}}, later));
  CHECK(live.current()->egress.allow.at(0).host == "b.org");
  CHECK(running->egress.allow.at(0).host == "a.org");
  CHECK(live.status_json().at("in_force_since") == later.time_since_epoch().count());
}

TEST_CASE("a wrong file leaves the policy as it was, and is told until a right one comes") {
  LivePolicy live(allowing({{"a.org"}}), start);
  const auto wrong = fail(ErrorCode::invalid_argument, "seekd.toml:3: no");
  CHECK_FALSE(live.replace(wrong, later));
  CHECK(live.current()->egress.allow.at(0).host == "a.org");
  CHECK(live.status_json().at("last_error") == "seekd.toml:3: no");
  CHECK(live.status_json().at("in_force_since") == start.time_since_epoch().count());
  REQUIRE(live.replace(config::Loaded{allowing({}), {}}, later));
  CHECK(live.status_json().at("last_error") == "");
  CHECK(live.status_json().at("reloads") == 2);
}

TEST_CASE("a port that the sandbox did not get at the start needs a restart") {
  LivePolicy live(allowing({{"a.org"}, {"a.org", "/", "", 8443}}), start);
  CHECK(live.replace(config::Loaded{allowing({{"b.org", "/", "", 8443}}), {}}, later));
  const Status refused =
      live.replace(config::Loaded{allowing({{"b.org", "/", "http"}}), {}}, later);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("port 80") && Catch::Contains("restart"));
  CHECK(live.current()->egress.allow.at(0).port == 8443);
}

TEST_CASE("what the workers got at the start stays until a restart, and is told") {
  LivePolicy live({}, start);
  config::Config changed;
  changed.fetcher.user_agent = "other/1";
  REQUIRE(live.replace(config::Loaded{changed, {}}, later));
  CHECK(live.current()->fetcher.user_agent == "seekd/0.1");
  CHECK(live.restart_needed());
  REQUIRE(live.replace(config::Loaded{{}, {}}, later));
  CHECK_FALSE(live.restart_needed());
}

TEST_CASE("a search provider comes into force with a reload, unless its port needs a restart") {
  const auto searching = [](const std::string& url) {
    config::Config config;
    policy::SearchProvider provider;
    provider.name = "searx";
    provider.url = url;
    config.search.providers.push_back(std::move(provider));
    return config::Loaded{std::move(config), {}};
  };
  LivePolicy live(searching("https://a.org:8443/search").config, start);
  REQUIRE(live.replace(searching("https://b.org:8443/search"), later));
  CHECK(live.current()->search.providers.at(0).url == "https://b.org:8443/search");
  const Status refused = live.replace(searching("https://b.org:8444/search"), later);
  REQUIRE_FALSE(refused);
  CHECK_THAT(refused.error().message, Catch::Contains("port 8444"));
  CHECK(live.current()->search.providers.at(0).url == "https://b.org:8443/search");
}
