#include "daemon/access/terms.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using Hosts = std::vector<std::string>;

Terms only(Hosts sites, Hosts denied = {}) {
  Terms terms;
  terms.sites = std::move(sites);
  terms.sites_denied = std::move(denied);
  return terms;
}

Caller under(Terms terms) {
  Caller caller;
  caller.name = "alice";
  caller.terms = std::make_shared<const Terms>(std::move(terms));
  return caller;
}

TEST_CASE("a caller has the pages of his sites, less those that are denied") {
  const Terms terms = only({".example.org"}, {"private.example.org"});
  CHECK(may_have(terms, "https://www.example.org/a"));
  CHECK(may_have(terms, "https://example.org/"));
  CHECK_FALSE(may_have(terms, "https://private.example.org/"));
  CHECK_FALSE(may_have(terms, "https://example.com/"));
  CHECK_FALSE(may_have(terms, "https://notexample.org/"));
  CHECK(may_have(only({}, {".example.com"}), "https://example.org/"));
  CHECK_FALSE(may_have(only({}, {".example.com"}), "https://a.example.com/"));
}

TEST_CASE("pages of other collections have no site, and what is no URL is no page") {
  CHECK(may_have(only({"example.org"}), "collection:handbook/docs/vpn.md"));
  CHECK(may_have(only({"example.org"}), "no url"));
}

TEST_CASE("a question is held to what it asks for and to what its caller may have, both") {
  const auto hosts = [](const Terms& terms, Hosts asked) -> Hosts {
    Question question;
    question.hosts = std::move(asked);
    const auto error = hold_to(under(terms), question);
    if (error) return {std::to_string(error->status)};
    return question.hosts;
  };
  const Terms terms = only({".example.org", "debian.org"});
  CHECK(hosts(only({}), {}).empty());
  CHECK(hosts(terms, {}) == Hosts{".example.org", "debian.org"});
  CHECK(hosts(terms, {".www.example.org"}) == Hosts{".www.example.org"});
  CHECK(hosts(terms, {".org"}) == Hosts{".example.org", "debian.org"});
  CHECK(hosts(terms, {".debian.org"}) == Hosts{"debian.org"});
  CHECK(hosts(terms, {".example.com"}) == Hosts{"403"});
  CHECK(hosts(only({"debian.org"}), {".www.debian.org"}) == Hosts{"403"});
}

TEST_CASE("denied sites are denied beside those that a search denies") {
  cache::SearchQuery query;
  query.hosts_denied = {".a.org"};
  CHECK_FALSE(hold_to(only({}, {".b.org"}), query));
  CHECK(query.hosts_denied == Hosts{".a.org", ".b.org"});
  CHECK(query.hosts.empty());
}

TEST_CASE("a search of the web is held to the sites of who asks, too") {
  WebQuery query;
  CHECK_FALSE(hold_to(only({".example.org"}, {".b.org"}), query));
  CHECK(query.hosts == Hosts{".example.org"});
  CHECK(query.hosts_denied == Hosts{".b.org"});
}

TEST_CASE("who is of the background asks in the background, whatever he writes") {
  Terms terms;
  Question question;
  question.priority = model::Priority::background;
  CHECK_FALSE(hold_to(under(terms), question));
  CHECK(question.priority == model::Priority::background);
  question.priority = model::Priority::interactive;
  terms.priority = config::CallerPriority::background;
  CHECK_FALSE(hold_to(under(terms), question));
  CHECK(question.priority == model::Priority::background);
}

TEST_CASE("a question is its caller's, with his share") {
  Terms terms;
  terms.share = 3;
  Question question;
  CHECK_FALSE(hold_to(under(terms), question));
  CHECK(question.asked_by.name == "alice");
  CHECK(question.asked_by.share == 3);
}

}  // namespace
}  // namespace seekd::daemon
