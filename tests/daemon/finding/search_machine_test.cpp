#include "daemon/finding/search_machine.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using Catch::Contains;
using fetcher::SearchFailure;

// A search, and the clock that it is run by.
class Search {
 public:
  explicit Search(config::SearchConfig config, std::vector<std::string> texts = {"kestrel port"})
      : config_(std::move(config)) {
    for (const auto& provider : config_.providers) health_.emplace_back(provider.interval);
    begin(std::move(texts));
  }

  // Another one, later, with what is known of the providers.
  void begin(std::vector<std::string> texts) {
    std::vector<WebQuery> queries;
    for (std::string& text : texts) {
      WebQuery query;
      query.text = std::move(text);
      queries.push_back(std::move(query));
    }
    machine_.emplace(config_, masking_, health_, std::move(queries));
    take(machine_->start(moment()));
  }

  void answer(const std::string& provider, const Result<fetcher::SearchReply>& reply,
              std::size_t query = 0) {
    take(machine_->on_answer(query, index_of(provider), reply, moment()));
  }
  void pass(std::chrono::milliseconds time) { now_ += time; }
  void take_turn(std::size_t query, const std::string& provider) {
    take(machine_->on_turn(query, index_of(provider), moment()));
  }
  void read_feed(const std::string& url, const Result<fetcher::FetchReply>& reply) {
    take(machine_->on_feed(0, url, reply));
  }

  // Since the last look: "searx: kestrel port", "wait searx", "feed URL".
  std::vector<std::string> seen() { return std::exchange(seen_, {}); }
  bool done() const { return machine_->done(); }
  WebFindings finish() { return machine_->finish(); }
  ProviderHealth& health(const std::string& provider) { return health_[index_of(provider)]; }
  ProviderHealth::Clock::time_point now() const { return now_; }

 private:
  SearchMachine::Moment moment() const { return {now_, 10s, TimePoint(1'770'000'000s), 0.5}; }

  std::size_t index_of(const std::string& name) const {
    const auto found = std::ranges::find(config_.providers, name, &policy::SearchProvider::name);
    return static_cast<std::size_t>(found - config_.providers.begin());
  }

  void take(SearchMachine::Actions actions) {
    for (const auto& action : actions) {
      if (const auto* send = std::get_if<SearchMachine::Send>(&action)) {
        seen_.push_back(config_.providers[send->provider].name + ": " + send->terms.text);
      } else if (const auto* wait = std::get_if<SearchMachine::Wait>(&action)) {
        seen_.push_back("wait " + config_.providers[wait->provider].name);
      } else {
        seen_.push_back("feed " + std::get<SearchMachine::ReadFeed>(action).url);
      }
    }
  }

  config::SearchConfig config_;
  policy::MaskingPolicy masking_;
  std::vector<ProviderHealth> health_;
  std::optional<SearchMachine> machine_;
  std::vector<std::string> seen_;
  ProviderHealth::Clock::time_point now_{std::chrono::hours(1)};
};

config::SearchConfig providers(std::vector<std::string> names) {
  config::SearchConfig config;
  for (std::string& name : names) {
    policy::SearchProvider provider;
    provider.name = name;
    provider.url = "https://" + std::move(name) + ".example/search";
    config.providers.push_back(std::move(provider));
  }
  return config;
}

fetcher::SearchReply results(std::vector<std::string> urls) {
  fetcher::SearchReply reply;
  reply.verdict.outcome = fetcher::FetchOutcome::answered;
  reply.verdict.reason = policy::EgressReason::allowed;
  reply.content.emplace();
  for (std::string& url : urls) reply.content->hits.push_back({std::move(url), "", "", ""});
  return reply;
}

fetcher::SearchReply failed(SearchFailure failure, std::chrono::seconds retry_after = 0s) {
  fetcher::SearchReply reply = results({});
  reply.content->failure = failure;
  reply.content->message = "says why";
  reply.verdict.retry_after = retry_after;
  return reply;
}

fetcher::SearchReply refused(policy::EgressReason reason) {
  fetcher::SearchReply reply;
  reply.verdict.outcome = fetcher::FetchOutcome::refused;
  reply.verdict.reason = reason;
  reply.verdict.message = "the door says why";
  return reply;
}

using Seen = std::vector<std::string>;

Seen codes(const WebFindings& findings) {
  Seen codes;
  for (const Notice& notice : findings.notices) codes.push_back(notice.code);
  return codes;
}

TEST_CASE("the first provider is asked, and none after it that has results") {
  Search search(providers({"a", "b"}));
  CHECK(search.seen() == Seen{"a: kestrel port"});
  search.answer("a", results({"https://docs.example/"}));
  CHECK(search.seen().empty());
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  REQUIRE(findings.results.size() == 1);
  CHECK(findings.results[0].provider == "a");
  CHECK(findings.notices.empty());
}

TEST_CASE("who fails, and how, is told apart, and the next is asked in its place") {
  const std::pair<fetcher::SearchReply, std::string> failures[] = {
      {failed(SearchFailure::captcha), "provider_captcha"},
      {failed(SearchFailure::suspended), "provider_suspended"},
      {failed(SearchFailure::rate_limited), "provider_rate_limited"},
      {failed(SearchFailure::refused), "provider_refused"},
      {failed(SearchFailure::malformed), "provider_malformed"},
      {refused(policy::EgressReason::address_denied), "provider_unreachable"},
      {refused(policy::EgressReason::rate_limited), "provider_rate_limited"}};
  for (const auto& [reply, code] : failures) {
    INFO(code);
    Search search(providers({"a", "b"}));
    search.answer("a", reply);
    CHECK(search.seen() == Seen{"a: kestrel port", "b: kestrel port"});
    search.answer("b", results({"https://docs.example/"}));
    REQUIRE(search.done());
    const WebFindings findings = search.finish();
    CHECK(codes(findings) == Seen{code});
    CHECK_THAT(findings.notices[0].message, Contains("a: ") && Contains("says why"));
    CHECK(findings.results.size() == 1);
  }
}

TEST_CASE("nothing found is no failure: the next is asked, and the first is not left alone") {
  Search search(providers({"a", "b"}));
  search.answer("a", results({}));
  search.answer("b", results({}));
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  CHECK(codes(findings) == Seen{"nothing_found"});
  CHECK(findings.outcomes.at(0).state == ProviderState::nothing_found);
  CHECK(search.health("a").pause_left(search.now()) == 0ms);
}

TEST_CASE("where nobody answers, it is not said that nothing was found") {
  Search search(providers({"a"}));
  search.answer("a", fail(ErrorCode::unavailable, "no fetcher answers"));
  REQUIRE(search.done());
  CHECK(codes(search.finish()) == Seen{"provider_unreachable"});
}

TEST_CASE(
    "a provider that failed is left alone for longer each time, and forgiven when it answers") {
  Search search(providers({"a"}));
  search.answer("a", failed(SearchFailure::malformed));
  CHECK(search.health("a").pause_left(search.now()) == 10s);
  search.seen();
  search.begin({"kestrel port"});
  CHECK(search.seen().empty());
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  CHECK(codes(findings) == Seen{"provider_backing_off"});
  CHECK(findings.outcomes.at(0).state == ProviderState::backing_off);
  CHECK_THAT(findings.notices[0].message, Contains("another 10 s: its last answer was malformed"));
  search.pass(10s);
  search.begin({"kestrel port"});
  search.answer("a", failed(SearchFailure::malformed));
  CHECK(search.health("a").pause_left(search.now()) == 20s);
  search.pass(20s);
  search.begin({"kestrel port"});
  search.answer("a", results({}));
  CHECK(search.health("a").failures_in_row() == 0);
}

TEST_CASE("a pause that is asked for is kept where it is longer") {
  Search search(providers({"a"}));
  search.answer("a", failed(SearchFailure::rate_limited, 4000s));
  CHECK(search.health("a").pause_left(search.now()) == 4000s);
}

TEST_CASE("queries that failed together count as one failure") {
  Search search(providers({"a"}), {"one", "two", "three"});
  for (std::size_t query = 0; query < 3; ++query) {
    search.answer("a", failed(SearchFailure::captcha), query);
  }
  CHECK(search.health("a").failures_in_row() == 1);
  CHECK(search.health("a").pause_left(search.now()) == 10min);
  CHECK(search.health("a").count(ProviderState::captcha) == 3);
}

TEST_CASE(
    "a provider's interval stands between its queries, and a failure meanwhile stops the rest") {
  config::SearchConfig config = providers({"a", "b"});
  config.providers[0].interval = 2s;
  Search search(config, {"one", "two"});
  CHECK(search.seen() == Seen{"a: one", "wait a"});
  search.answer("a", failed(SearchFailure::captcha), 0);
  CHECK(search.seen() == Seen{"b: one"});
  search.pass(2s);
  search.take_turn(1, "a");
  CHECK(search.seen() == Seen{"b: two"});
  search.answer("b", results({"https://x.example/"}), 0);
  search.answer("b", results({"https://y.example/"}), 1);
  REQUIRE(search.done());
  CHECK(search.finish().results.size() == 2);
}

TEST_CASE("an interval that leaves no time sends the query to the next at once") {
  config::SearchConfig config = providers({"a", "b"});
  config.providers[0].interval = 1min;
  Search search(config, {"one", "two"});
  CHECK(search.seen() == Seen{"a: one", "b: two"});
}

TEST_CASE("several providers are asked together where that is wanted, and one page is one result") {
  config::SearchConfig config = providers({"a", "b", "c"});
  config.providers_max = 2;
  Search search(config);
  CHECK(search.seen() == Seen{"a: kestrel port", "b: kestrel port"});
  search.answer("a", results({"https://x.example/", "https://y.example/"}));
  search.answer("b", results({"https://www.y.example"}));
  CHECK(search.seen().empty());
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  REQUIRE(findings.results.size() == 2);
  CHECK(findings.results[0].url == "https://y.example/");
}

TEST_CASE("a provider is asked in its languages alone") {
  config::SearchConfig config = providers({"en", "zh"});
  config.providers[0].languages = {"en"};
  config.providers[1].languages = {"zh"};
  std::vector<ProviderHealth> health(2, ProviderHealth(0ms));
  WebQuery query;
  query.text = "端口";
  query.language = "zh";
  const policy::MaskingPolicy masking;
  SearchMachine machine(config, masking, health, {query});
  const auto actions = machine.start({{}, 10s, TimePoint(), 0});
  REQUIRE(actions.size() == 1);
  CHECK(std::get<SearchMachine::Send>(actions[0]).provider == 1);
}

TEST_CASE("private data does not leave, and that it was left out is told") {
  Search search(providers({"a"}), {"is 4111 1111 1111 1111 a card of jane@example.org"});
  const Seen seen = search.seen();
  REQUIRE(seen.size() == 1);
  CHECK(seen[0].find("4111") == std::string::npos);
  CHECK(seen[0].find("jane") == std::string::npos);
  CHECK(seen[0] == "a: is a card of");
  CHECK(codes(search.finish()).front() == "private_data_masked");
}

TEST_CASE("a query of nothing but private data is not asked") {
  Search search(providers({"a"}), {"jane@example.org"});
  CHECK(search.seen().empty());
  CHECK(search.done());
}

TEST_CASE("queries that say the same are one, and there are no more than search.queries_max") {
  Search search(providers({"a"}), {"one", " one ", "two", "three", "four"});
  CHECK(search.seen() == Seen{"a: one", "a: two", "a: three"});
}

TEST_CASE("hosts that are wanted are told to those who know the word, and hold for all") {
  config::SearchConfig config = providers({"a"});
  std::vector<ProviderHealth> health(1, ProviderHealth(0ms));
  WebQuery query;
  query.text = "port";
  query.hosts = {".example.org", "example.net"};
  const policy::MaskingPolicy masking;
  SearchMachine machine(config, masking, health, {query});
  const auto actions = machine.start({{}, 10s, TimePoint(), 0});
  CHECK(std::get<SearchMachine::Send>(actions.at(0)).terms.text ==
        "port (site:example.org OR site:example.net)");
  machine.on_answer(0, 0, results({"https://evil.example/", "https://docs.example.org/"}),
                    {{}, 10s, TimePoint(), 0});
  const WebFindings findings = machine.finish();
  REQUIRE(findings.results.size() == 1);
  CHECK(findings.results[0].url == "https://docs.example.org/");
}

TEST_CASE("sites by topic come first, and their feeds are read") {
  config::SearchConfig config = providers({"a"});
  config.topics = {
      {{"kestrel"}, {"https://kestrel.example/{query}"}, {"https://kestrel.example/feed"}}};
  Search search(config);
  CHECK(search.seen() == Seen{"feed https://kestrel.example/feed", "a: kestrel port"});
  search.answer("a", results({"https://other.example/"}));
  CHECK_FALSE(search.done());
  fetcher::FetchReply feed;
  feed.outcome = fetcher::FetchOutcome::page;
  feed.page.emplace();
  feed.page->entries = {{"https://kestrel.example/port-7311", "The port", "", ""}};
  search.read_feed("https://kestrel.example/feed", feed);
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  REQUIRE(findings.results.size() == 3);
  CHECK(findings.results[0].url == "https://kestrel.example/kestrel%20port");
  CHECK(findings.results[1].url == "https://kestrel.example/port-7311");
  CHECK(findings.results[2].provider == "a");
}

TEST_CASE("a feed that the door refuses is a notice with the door's reason") {
  config::SearchConfig config;
  config.topics = {{{"kestrel"}, {}, {"https://kestrel.example/feed"}}};
  Search search(config);
  fetcher::FetchReply reply;
  reply.outcome = fetcher::FetchOutcome::refused;
  reply.reason = policy::EgressReason::robots_denied;
  search.read_feed("https://kestrel.example/feed", reply);
  REQUIRE(search.done());
  const WebFindings findings = search.finish();
  CHECK(codes(findings) == Seen{"robots_denied"});
  CHECK(findings.notices[0].url == "https://kestrel.example/feed");
}

TEST_CASE("who has not answered in time is told, beside what was found") {
  config::SearchConfig config = providers({"a", "b"});
  config.providers_max = 2;
  Search search(config);
  search.answer("b", results({"https://x.example/"}));
  CHECK_FALSE(search.done());
  const WebFindings findings = search.finish();
  CHECK(findings.results.size() == 1);
  CHECK(codes(findings) == Seen{"provider_unreachable"});
}

TEST_CASE("engines that were silent beside results are told") {
  Search search(providers({"a"}));
  fetcher::SearchReply reply = results({"https://x.example/"});
  reply.content->silent = {"google: CAPTCHA", "bing: timeout"};
  search.answer("a", reply);
  const WebFindings findings = search.finish();
  CHECK(codes(findings) == Seen{"provider_partial"});
  CHECK_THAT(findings.notices[0].message,
             Contains("2 of its engines") && Contains("google: CAPTCHA"));
}

}  // namespace
}  // namespace seekd::daemon
