#include "config/keeping_reader.h"

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using namespace std::chrono_literals;

TEST_CASE("a table says how long a site's pages are kept, and what it leaves out stays unsaid") {
  const auto config = load_text(
      "[[cache.site]]\nhost = \".Bücher.example\"\nretention = \"2d\"\nfreshness_min = \"1m\"\n"
      "freshness_default = \"5m\"\nfreshness_max = \"1h\"\nversions_max = 3\n"
      "[[cache.site]]\nhost = \"example.org\"\nretention = \"1d\"\n");
  REQUIRE(config);
  REQUIRE(config->cache.sites.size() == 2);
  const policy::KeepingRule& whole = config->cache.sites[0];
  CHECK(whole.host == ".xn--bcher-kva.example");
  CHECK(whole.retention == 48h);
  CHECK(whole.freshness_min == 60s);
  CHECK(whole.freshness_default == 300s);
  CHECK(whole.freshness_max == 3600s);
  CHECK(whole.versions_max == 3);
  CHECK_FALSE(config->cache.sites[1].versions_max);
  const policy::Keeping keeping = config->cache.keeping_of("example.org");
  CHECK(keeping.retention == 24h);
  CHECK(keeping.versions_max == config->cache.versions_max);
}

TEST_CASE("a mistake in a table of the cache is told at its line") {
  const std::string head = "[[cache.site]]\nhost = \"example.org\"\n";
  CHECK_THAT(load_text("[[cache.site]]\nretention = \"1d\"\n").error().message,
             Contains("the key host is missing"));
  CHECK_THAT(load_text(head + "retenton = \"1d\"\n").error().message,
             Contains(":3:") && Contains("known: host, retention, freshness_default"));
  for (const char* bad : {"retention = \"0s\"", "retention = 30", "retention = \"36501d\"",
                          "freshness_max = \"-1s\"", "versions_max = 10001"}) {
    INFO(bad);
    CHECK_FALSE(load_text(head + bad + "\n"));
  }
  CHECK_FALSE(load_text("[[cache.site]]\nhost = \"example.org/x\"\n"));
}

TEST_CASE("bounds of a table that contradict those it leaves to others are told with its line") {
  const auto error = [](const std::string& text) {
    const auto config = load_text(text);
    return config ? std::string() : config.error().message;
  };
  CHECK_THAT(error("[cache]\nfreshness_max = \"1h\"\n\n[[cache.site]]\nhost = \"a.org\"\n"
                   "freshness_min = \"2h\"\n"),
             Contains(":4") && Contains("cache.site \"a.org\"") && Contains("3600 s"));
  CHECK(error("[cache]\nfreshness_max = \"1h\"\n[[cache.site]]\nhost = \"a.org\"\n"
              "freshness_min = \"2h\"\n[[cache.site]]\nhost = \".\"\nfreshness_max = \"3h\"\n")
            .empty());
}

}  // namespace
}  // namespace seekd::config
