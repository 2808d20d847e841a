#include <algorithm>
#include <ctime>

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using Lines = std::vector<std::string>;

// Of [egress] with `text`, whose first line is the file's second; from ":LINE:" on.
Lines warnings_of(const std::string& text) {
  const ConfigFolder folder;
  const auto loaded = load_explained(folder.write("seekd.toml", "[egress]\n" + text), nullptr);
  INFO((loaded ? "" : loaded.error().message));
  REQUIRE(loaded);
  Lines lines;
  for (const std::string& line : loaded->warnings) {
    const std::size_t file = line.find("seekd.toml:");
    lines.push_back(line.substr(file + std::string_view("seekd.toml").size()));
  }
  return lines;
}

std::string exception(const std::string& address, int port) {
  return "[[egress.exception]]\naddress = \"" + address + "\"\nport = " + std::to_string(port) +
         "\nreason = \"x\"\n";
}

TEST_CASE("the defaults give no warning") {
  CHECK(load_explained("/nonexistent", nullptr).error().code == ErrorCode::not_found);
  CHECK(warnings_of(std::string(default_toml()).substr(default_toml().find("allow = []"))).empty());
}

TEST_CASE("an allow that a deny shadows wholly is told with both lines") {
  const Lines lines = warnings_of(
      "allow = [\n\"a.example.org/docs\",\n\"b.example.net\"]\ndeny = [\".example.org\"]\n");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], StartsWith(":3: ") && Contains("\"a.example.org/docs\"") &&
                           Contains("\".example.org\"") && Contains("seekd.toml:5)"));
  CHECK(warnings_of("allow = [\".example.org\"]\ndeny = [\"a.example.org\"]\n").empty());
  CHECK(warnings_of("allow = [\"example.org\"]\ndeny = [\"example.org/a\"]\n").empty());
  CHECK(warnings_of("allow = [\"example.org\"]\ndeny = [\"http://example.org\"]\n").empty());
  CHECK(warnings_of("allow = [\"example.org:8443\"]\ndeny = [\"example.org:443\"]\n").empty());
  CHECK(warnings_of("allow = [\"example.org\"]\ndeny = [\"example.org:443\"]\n").size() == 1);
}

TEST_CASE("a deny that no allow reaches closes nothing") {
  const Lines lines = warnings_of("allow = [\"example.org\"]\ndeny = [\"badexample.org\"]\n");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0],
             StartsWith(":3: ") && Contains("closes nothing") && Contains("seekd.toml:2)"));
  CHECK(warnings_of("deny = [\"badexample.org\"]\n").empty());
  CHECK(warnings_of("allow = [\".\"]\ndeny = [\"badexample.org\"]\n").empty());
}

TEST_CASE("an allow that another one covers says nothing new") {
  const Lines lines = warnings_of("allow = [\n\".example.org\",\n\"a.example.org\"]\n");
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], StartsWith(":4: ") && Contains("seekd.toml:3)"));
  CHECK(warnings_of("allow = [\"a.org\", \"a.org\"]\n").size() == 1);
  CHECK(warnings_of("allow = [\"a.org\", \"https://a.org:443\", \".a.org\"]\n").size() == 2);
  CHECK(warnings_of("allow = [\"a.org/b/c\", \"a.org/b\", \"a.org/bc\"]\n").size() == 1);
  CHECK(warnings_of("allow = [\"a.org/b/\", \"a.org/b\"]\n").size() == 1);
  CHECK(warnings_of("allow = [\"wiki.internal/b\", \"wiki.internal\"]\n").size() == 1);
  CHECK(warnings_of("allow = [\".\", \"wiki.internal\", \"wiki\"]\n").empty());
  CHECK(warnings_of("allow = [\".\", \"a.org:8443\", \"http://a.org\"]\n").empty());
}

TEST_CASE("an allow for all below a special name is told: such names are opened one by one") {
  CHECK(warnings_of("allow = [\".internal\"]\n").size() == 1);
  CHECK(warnings_of("allow = [\"wiki.internal\"]\n").empty());
}

TEST_CASE("a site that no fetch can reach is told with the line that keeps it out") {
  const std::string site = "[[egress.site]]\nhost = \"other.example\"\ninterval = \"1s\"\n";
  const Lines excluded = warnings_of("allow = [\"example.org\"]\n" + site);
  REQUIRE(excluded.size() == 1);
  CHECK_THAT(excluded[0],
             StartsWith(":3: ") && Contains("never holds") && Contains("seekd.toml:2)"));
  const Lines closed = warnings_of("deny = [\".example\"]\n" + site);
  REQUIRE(closed.size() == 1);
  CHECK_THAT(closed[0],
             StartsWith(":3: ") && Contains("\".example\"") && Contains("seekd.toml:2)"));
  CHECK(warnings_of("allow = [\".example\"]\n" + site).empty());
  CHECK(warnings_of("deny = [\"other.example/x\"]\n" + site).empty());
  CHECK(warnings_of(site).empty());
}

TEST_CASE("of two tables for one host, the earlier one's overruled keys are told") {
  const std::string first = "[[egress.site]]\nhost = \"a.org\"\ninterval = \"1s\"\n";
  const Lines lines = warnings_of(first + first);
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0],
             StartsWith(":2: ") && Contains("overruled in interval") && Contains("seekd.toml:5)"));
  CHECK(warnings_of(first + "[[egress.site]]\nhost = \"a.org\"\nconcurrency = 1\n").empty());
}

TEST_CASE("of many tables for one host each key is told with the next table that sets it") {
  const std::string table = "[[egress.site]]\nhost = \"a.org\"\n";
  const Lines lines =
      warnings_of(table + "interval = \"1s\"\nconcurrency = 1\n" + table + "interval = \"2s\"\n" +
                  table + "interval = \"3s\"\nconcurrency = 2\n");
  REQUIRE(lines.size() == 3);
  CHECK_THAT(lines[0], StartsWith(":2: ") && Contains("in interval by") && Contains(":6)"));
  CHECK_THAT(lines[1], StartsWith(":2: ") && Contains("in concurrency by") && Contains(":9)"));
  CHECK_THAT(lines[2], StartsWith(":6: ") && Contains("in interval by") && Contains(":9)"));
}

// Processor seconds that it takes to load as many entries of each list, the least of three times.
double seconds_of(int entries) {
  std::string deny = "deny = [\n";
  std::string allow = "allow = [\n";
  for (int i = 0; i < entries; ++i) {
    deny += "\"a.org/no" + std::to_string(i) + "\",\n";
    allow += "\"a.org/" + std::to_string(i) + "\",\n";
  }
  double least = 1e9;
  for (int run = 0; run < 3; ++run) {
    const std::clock_t begun = std::clock();
    CHECK(warnings_of(deny + "]\n" + allow + "]\n").empty());
    least = std::min(least, double(std::clock() - begun) / CLOCKS_PER_SEC);
  }
  return least;
}

TEST_CASE("four times the rules take some four times as long to be held against each other") {
  CHECK(seconds_of(10'000) < 9 * seconds_of(2'500));
}

TEST_CASE("an exception that nothing can reach is told with the line that stands before it") {
  const Lines closed = warnings_of("allow = [\"a.org\"]\n" + exception("10.1.2.3", 8443));
  REQUIRE(closed.size() == 1);
  CHECK_THAT(closed[0], StartsWith(":3: ") && Contains("port 8443") && Contains("seekd.toml:2)"));
  const Lines denied =
      warnings_of("denied_addresses = [\"10.0.0.0/8\"]\n" + exception("10.1.2.3", 443));
  REQUIRE(denied.size() == 1);
  CHECK_THAT(denied[0], StartsWith(":3: ") && Contains("10.0.0.0/8") && Contains("seekd.toml:2)"));
  const std::string proxy = "proxy = \"10.0.0.5:3128\"\n" + exception("10.1.2.3", 443);
  REQUIRE(warnings_of(proxy).size() == 1);
  CHECK_THAT(warnings_of(proxy)[0], StartsWith(":3: ") && Contains("seekd.toml:2)"));
  CHECK(warnings_of(proxy + "[[egress.site]]\nhost = \"a.org\"\nproxy = \"direct\"\n").empty());
  CHECK(warnings_of("allow = [\"a.org:8443\"]\n" + exception("10.1.2.3", 8443)).empty());
}

TEST_CASE("an exception within another one opens nothing") {
  const Lines lines = warnings_of(exception("10.1.2.0/24", 443) + exception("10.1.2.3", 443));
  REQUIRE(lines.size() == 1);
  CHECK_THAT(lines[0], StartsWith(":6: ") && Contains("seekd.toml:2)"));
}

TEST_CASE("what weakens the door is told") {
  const Lines robots = warnings_of(
      "[[egress.site]]\nhost = \"a.org\"\nrobots = false\nrobots_reason = \"agreed\"\n");
  REQUIRE(robots.size() == 1);
  CHECK_THAT(robots[0], StartsWith(":2: ") && Contains("agreed"));
  CHECK(warnings_of(exception("10.0.0.0/8", 443)).size() == 1);
  CHECK(warnings_of(exception("10.1.2.3", 443)).empty());
  CHECK(warnings_of("[fetcher]\naccept_missing = [\"landlock\", \"seccomp\"]\n").size() == 2);
}

TEST_CASE("a site's limits that others overrule or contradict are told") {
  const std::string site = "[[egress.site]]\nhost = \"a.org\"\n";
  CHECK(warnings_of("[fetcher]\nworkers_max = 16\n" + site + "concurrency = 17\n").size() == 1);
  CHECK(warnings_of(site + "interval = \"30s\"\n").size() == 1);
  CHECK(warnings_of(site + "wire_bytes_max = \"32MiB\"\n").size() == 1);
  CHECK(warnings_of("proxy = \"10.0.0.5:3128\"\ndenied_addresses = [\"10.0.0.0/8\"]\n").size() ==
        1);
  CHECK(warnings_of(site + "concurrency = 16\ninterval = \"29s\"\nwire_bytes_max = \"1MiB\"\n")
            .empty());
}

}  // namespace
}  // namespace seekd::config
