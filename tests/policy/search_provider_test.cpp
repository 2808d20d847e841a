#include "policy/search_provider.h"

#include <catch2/catch.hpp>

#include "policy/selector.h"

namespace seekd::policy {
namespace {

using Catch::Contains;
using std::chrono::days;

SearchProvider provider(SearchKind kind, std::string url) {
  SearchProvider provider;
  provider.name = "test";
  provider.kind = kind;
  provider.url = std::move(url);
  return provider;
}

SearchTerms terms(std::string text) {
  SearchTerms terms;
  terms.text = std::move(text);
  return terms;
}

std::string asked(const SearchProvider& provider, const SearchTerms& terms) {
  const auto url = search_url(provider, terms);
  INFO((url ? "" : url.error().message));
  REQUIRE(url);
  return url->text();
}

TEST_CASE("whatever a query says, it stays one parameter") {
  const auto searx = provider(SearchKind::searxng, "https://searx.example/search?categories=it");
  for (const char* text :
       {"a&b=c#d", "a/../../b", "a?b", "\\@evil.example", "%2F%00", "a b", "发布"}) {
    INFO(text);
    const auto url = search_url(searx, terms(text));
    REQUIRE(url);
    CHECK(url->origin() == "https://searx.example");
    CHECK(url->path() == "/search");
    CHECK(std::ranges::count(url->target, '&') == 2);
  }
  CHECK(asked(searx, terms("C++ & 发")) ==
        "https://searx.example/search?categories=it&q=C%2B%2B%20%26%20%E5%8F%91&format=json");
}

TEST_CASE("a template is filled, and what nothing fills is an error unless it may stay empty") {
  const auto custom = [&](std::string url) { return provider(SearchKind::custom, std::move(url)); };
  CHECK(asked(custom("https://a.example/{query}?n={count}&x={unknown?}"), terms("a/b")) ==
        "https://a.example/a%2Fb?n=10&x=");
  CHECK_FALSE(search_url(custom("https://a.example/?q={query}&x={unknown}"), terms("a")));
  CHECK_FALSE(search_url(custom("https://a.example/?q={query"), terms("a")));
}

TEST_CASE("a template that would let the query name the host is refused") {
  CHECK(check_template("https://a.example/{query}"));
  for (const char* url :
       {"https://{query}/", "https://{query}.example.org/", "https://a.example:{query}/",
        "https://{query}@a.example/", "{query}", "{query}://a.example/"}) {
    INFO(url);
    CHECK_FALSE(check_template(url));
  }
}

TEST_CASE("dates go to those who know them, lengths to the others") {
  SearchTerms since = terms("a");
  const TimePoint now{std::chrono::sys_days(std::chrono::year(2026) / 3 / 14)};
  since.after = now - days(20);
  since.before = now;
  since.recency = recency_since(since.after, now);
  CHECK(since.recency == Recency::month);
  CHECK_THAT(asked(provider(SearchKind::brave, "https://b.example/s"), since),
             Contains("freshness=2026-02-22to2026-03-14"));
  CHECK_THAT(asked(provider(SearchKind::searxng, "https://s.example/s"), since),
             Contains("time_range=month"));
  since.before.reset();
  CHECK_THAT(asked(provider(SearchKind::brave, "https://b.example/s"), since),
             Contains("freshness=pm"));
  CHECK(recency_since(std::nullopt, now) == Recency::any);
  CHECK(recency_since(now - days(1), now) == Recency::day);
  CHECK(recency_since(now - days(7), now) == Recency::week);
  CHECK(recency_since(now - days(400), now) == Recency::any);
}

TEST_CASE("a provider opens its own scheme, host and port, and for queries alone") {
  EgressPolicy policy;
  policy.deny = {{"denied.example"}};
  const auto local = provider(SearchKind::searxng, "http://localhost:8888/search");
  const EgressPolicy judged = search_policy(policy, local);
  const auto reason = [&](const char* url, const EgressPolicy& by) {
    return judge_url(url, Provenance::search_query, by, parse_url).reason;
  };
  CHECK(reason("http://localhost:8888/search?q=a", judged) == EgressReason::allowed);
  CHECK(reason("http://localhost:8889/search?q=a", judged) != EgressReason::allowed);
  CHECK(reason("https://localhost:8888/search?q=a", judged) != EgressReason::allowed);
  CHECK(reason("https://public.example/", judged) == EgressReason::host_not_allowed);
  CHECK(reason("http://localhost:8888/search?q=a", policy) != EgressReason::allowed);
  const auto denied = provider(SearchKind::searxng, "https://denied.example/search");
  CHECK(reason("https://denied.example/search?q=a", search_policy(policy, denied)) ==
        EgressReason::host_denied);
  CHECK(open_ports(policy, std::vector{search_rule(local)}) ==
        std::vector<std::uint16_t>{443, 8888});
}

TEST_CASE("an OpenSearch provider is a description, or its template") {
  CHECK(names_description(provider(SearchKind::opensearch, "https://a.example/opensearch.xml")));
  CHECK_FALSE(
      names_description(provider(SearchKind::opensearch, "https://a.example/?q={searchTerms}")));
  CHECK(check_url(provider(SearchKind::opensearch, "https://a.example/opensearch.xml")));
  CHECK_FALSE(check_url(provider(SearchKind::opensearch, "https://a.example/?n={count}")));
  CHECK_FALSE(check_url(provider(SearchKind::searxng, "https://a.example/?q={query}")));
  CHECK_FALSE(check_url(provider(SearchKind::custom, "https://a.example/")));
}

TEST_CASE("a selector is a small part of CSS, and says what it does not know") {
  const auto selector = parse_selector("div#main  LI.hit.big a.title@HREF");
  REQUIRE(selector);
  CHECK(selector->attribute == "href");
  REQUIRE(selector->compounds.size() == 3);
  CHECK(selector->compounds[0] == Selector::Compound{"div", "main", {}});
  CHECK(selector->compounds[1] == Selector::Compound{"li", "", {"hit", "big"}});
  CHECK(parse_selector("*.hit"));
  for (const char* bad : {"", " ", "a > b", "a[href]", "a:first", "a,b", ".", "#", "a@", "@href",
                          "a..b", "a@b@", "a b c d e f g h i"}) {
    INFO(bad);
    CHECK_FALSE(parse_selector(bad));
  }
}

}  // namespace
}  // namespace seekd::policy
