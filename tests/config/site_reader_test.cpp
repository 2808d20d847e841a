#include "config/site_reader.h"

#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using Catch::StartsWith;
using namespace std::chrono_literals;

Result<Config> site(const std::string& keys) {
  return load_text("[[egress.site]]\nhost = \"example.org\"\n" + keys);
}

policy::Site read(const std::string& keys) {
  const auto config = site(keys);
  INFO((config ? "" : config.error().message));
  REQUIRE(config);
  return config->egress.sites.at(0);
}

TEST_CASE("a table says how a site is fetched, and what it leaves out stays unsaid") {
  const policy::Site all = read(
      "interval = \"2s\"\nconcurrency = 3\nhours = \"22:00-06:00 +01:00\"\nuser_agent = \"x/1\"\n"
      "robots = false\nrobots_reason = \"ours\"\nproxy = \"10.0.0.6:8080\"\n"
      "wire_bytes_max = \"1MiB\"\ndecoded_bytes_max = \"2MiB\"\ncontent_types = [\"text/html\"]\n");
  CHECK(all.interval == 2s);
  CHECK(all.concurrency == 3);
  CHECK(all.hours == policy::Hours{22h, 6h, 60min});
  CHECK(all.user_agent == "x/1");
  CHECK(all.robots == policy::RobotsUse::ignore);
  CHECK(all.robots_reason == "ours");
  CHECK(all.route->proxy == policy::Endpoint{*policy::parse_address("10.0.0.6"), 8080});
  CHECK(all.wire_bytes_max == 1 << 20);
  CHECK(all.decoded_bytes_max == 2 << 20);
  CHECK(all.content_types == std::vector<std::string>{"text/html"});
  policy::Site bare;
  bare.host = "example.org";
  CHECK(read("") == bare);
  CHECK_FALSE(read("proxy = \"direct\"\n").route->proxy);
}

TEST_CASE("hours are a window on a clock whose distance to UTC is written") {
  const auto hours = [](const std::string& text) {
    return read("hours = \"" + text + "\"\n").hours;
  };
  CHECK(hours("00:00-24:00 UTC") == policy::Hours{0min, 24h, 0min});
  CHECK(hours("08:30-17:45 -03:30") == policy::Hours{8h + 30min, 17h + 45min, -(3h + 30min)});
  for (const char* bad : {"", "22:00-06:00", "22:00-06:00 ", "22:00-06:00 CET", "22:00 06:00 UTC",
                          "22-06 UTC", "25:00-06:00 UTC", "22:60-06:00 UTC", "22:00-24:01 UTC",
                          "22:00-22:00 UTC", "24:00-06:00 UTC", "22:00-06:00 +1:00",
                          "22:00-06:00 +15:00", "22:00-06:00  UTC", "9:00-17:00 UTC"}) {
    INFO(bad);
    CHECK_FALSE(site("hours = \"" + std::string(bad) + "\"\n"));
  }
}

TEST_CASE("robots.txt is put aside for a written reason alone") {
  CHECK_THAT(site("robots = false\n").error().message, Contains("needs a robots_reason"));
  CHECK_THAT(site("robots_reason = \"x\"\n").error().message, Contains("says why robots = false"));
  CHECK_FALSE(site("robots = false\nrobots_reason = \"\"\n"));
  CHECK(read("robots = true\n").robots == policy::RobotsUse::obey);
}

TEST_CASE("a mistake in a table is told at its line, with the keys that there are") {
  const std::string head = "[egress]\n[[egress.site]]\n";
  CHECK_THAT(error_of(head + "interval = \"1s\"\n"), Contains("the key host is missing"));
  CHECK_THAT(error_of(head + "host = \"a.org\"\nrate = 1\n"),
             StartsWith(":4:") && Contains("known: host, interval, concurrency"));
  CHECK_THAT(error_of(head + "host = \"a.org/x\"\n"), StartsWith(":3:") && Contains("has a path"));
  for (const char* bad :
       {"interval = 2", "interval = \"2h\"", "concurrency = 0", "user_agent = \"\"",
        "proxy = \"proxy.example.org:3128\"", "proxy = \"10.0.0.5\"", "proxy = \"\"",
        "wire_bytes_max = \"1B\"", "content_types = [\"html\"]", "content_types = [\"text/*\"]",
        "content_types = [\"text/html; charset=x\"]", "robots = 1"}) {
    INFO(bad);
    CHECK_FALSE(site(bad));
  }
}

TEST_CASE("tables of drop-ins add to those of the file, lists replace") {
  const ConfigFolder folder;
  const auto file =
      folder.write("seekd.toml",
                   "[egress]\nallow = [\"a.org\"]\n[[egress.site]]\nhost = \"a.org\"\n"
                   "[[egress.exception]]\naddress = \"10.0.0.1\"\nport = 443\n"
                   "reason = \"x\"\n");
  folder.write("seekd.toml.d/10.toml",
               "[egress]\nallow = [\"b.org\"]\n[[egress.site]]\nhost = \"b.org\"\n"
               "[[egress.exception]]\naddress = \"10.0.0.2\"\nport = 443\nreason = \"x\"\n");
  const auto config = load(file, nullptr);
  REQUIRE(config);
  CHECK(config->egress.allow == std::vector<policy::SiteRule>{{"b.org"}});
  CHECK(config->egress.sites.size() == 2);
  CHECK(config->egress.addresses.exceptions.size() == 2);
}

}  // namespace
}  // namespace seekd::config
