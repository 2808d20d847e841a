#include "daemon/access/site_list.h"

#include <catch2/catch.hpp>

#include "daemon/access/terms.h"

namespace seekd::daemon {
namespace {

using Sites = std::vector<std::string>;

TEST_CASE("what two lists of sites have in common is the narrower of each pair") {
  CHECK(common_sites(Sites{".example.org"}, Sites{"docs.example.org"}) ==
        Sites{"docs.example.org"});
  CHECK(common_sites(Sites{"docs.example.org"}, Sites{".example.org"}) ==
        Sites{"docs.example.org"});
  CHECK(common_sites(Sites{".example.org"}, Sites{".example.com"}).empty());
  CHECK(common_sites(Sites{"example.org"}, Sites{"docs.example.org"}).empty());
}

TEST_CASE("a search of the web is narrowed to the sites that its caller may have") {
  Terms terms;
  terms.sites = {".example.org"};
  terms.sites_denied = {"secret.example.org"};
  WebQuery all;
  CHECK_FALSE(hold_to(terms, all));
  CHECK(all.hosts == terms.sites);
  CHECK(all.hosts_denied == terms.sites_denied);
  WebQuery within;
  within.hosts = {"docs.example.org", "example.com"};
  CHECK_FALSE(hold_to(terms, within));
  CHECK(within.hosts == Sites{"docs.example.org"});
  WebQuery outside;
  outside.hosts = {"example.com"};
  const auto refused = hold_to(terms, outside);
  REQUIRE(refused);
  CHECK(refused->code == "site_not_allowed");
}

}  // namespace
}  // namespace seekd::daemon
