#include <catch2/catch.hpp>

#include "tests/config/config_folder.h"

namespace seekd::config {
namespace {

using Catch::Contains;
using Catch::StartsWith;

Result<Config> allow(const std::string& entry) {
  return load_text("[egress]\nallow = [\"" + entry + "\"]\n");
}

TEST_CASE("sites are hosts, hosts with all below, and paths; each in its canonical spelling") {
  const auto rule = [](const std::string& entry) {
    const auto config = allow(entry);
    INFO((config ? "" : config.error().message));
    REQUIRE(config);
    return config->egress.allow.at(0);
  };
  CHECK(rule("example.org") == policy::SiteRule{"example.org", "/"});
  CHECK(rule("EXAMPLE.org.") == policy::SiteRule{"example.org", "/"});
  CHECK(rule(".example.org") == policy::SiteRule{".example.org", "/"});
  CHECK(rule(".org") == policy::SiteRule{".org", "/"});
  CHECK(rule(".") == policy::SiteRule{".", "/"});
  CHECK(rule("wiki.internal") == policy::SiteRule{"wiki.internal", "/"});
  CHECK(rule("example.org/docs") == policy::SiteRule{"example.org", "/docs"});
  CHECK(rule("b\u00fccher.example") == policy::SiteRule{"xn--bcher-kva.example", "/"});
  CHECK(rule("./docs") == policy::SiteRule{".", "/docs"});
  CHECK(rule("https://example.org") == policy::SiteRule{"example.org", "/", "https"});
  CHECK(rule("http://example.org/a") == policy::SiteRule{"example.org", "/a", "http"});
  CHECK(rule(".Example.org:8443") == policy::SiteRule{".example.org", "/", "", 8443});
  CHECK(rule("http://.:8080/x") == policy::SiteRule{".", "/x", "http", 8080});
  CHECK(rule(".b\u00fccher.example") == policy::SiteRule{".xn--bcher-kva.example", "/"});
}

TEST_CASE("an entry that no fetch could ever match is an error") {
  for (const char* bad : {"",
                          "..org",
                          "*.example.org",
                          "ftp://example.org",
                          "example.org:x",
                          "user@example.org",
                          "example.org:",
                          "example.org:0",
                          "example.org:65536",
                          "example.org:0443",
                          "http://",
                          ":80",
                          "http://http://a.org",
                          "https:example.org",
                          "10.0.0.1:80",
                          "[::1]:80",
                          "a.org:80:80",
                          "127.0.0.1",
                          "10.1",
                          "0x7f.1",
                          "[::1]",
                          "exa mple.org",
                          "example.org/a b",
                          "example.org/?q",
                          "example.org#a",
                          "/docs",
                          "ex%61mple.org",
                          "a\\\\b.org",
                          "-a.example.org"}) {
    INFO(bad);
    const auto config = allow(bad);
    REQUIRE_FALSE(config);
    CHECK_THAT(config.error().message,
               Contains("seekd.toml:2: egress.allow: ") && Contains("; write public names such"));
  }
}

TEST_CASE("an exception has an address, a port and a reason") {
  const auto config = load_text(
      "[[egress.exception]]\naddress = \"10.1.2.3\"\nport = 443\nreason = \"handbook\"\n"
      "[[egress.exception]]\naddress = \"fd00::/64\"\nport = 8443\nreason = \"wiki\"\n");
  REQUIRE(config);
  const auto& exceptions = config->egress.addresses.exceptions;
  REQUIRE(exceptions.size() == 2);
  CHECK(exceptions[0].range == *policy::parse_address_range("10.1.2.3"));
  CHECK(exceptions[0].port == 443);
  CHECK(exceptions[1].reason == "wiki");
}

TEST_CASE("an incomplete or misspelled exception is an error at its line") {
  const std::string head = "[egress]\n[[egress.exception]]\n";
  CHECK_THAT(error_of(head + "port = 443\nreason = \"x\"\n"),
             Contains("the key address is missing; write [[egress.exception]] with"));
  CHECK_THAT(error_of(head + "address = \"10.1.2.3\"\nreason = \"x\"\n"), Contains("key port"));
  CHECK_THAT(error_of(head + "address = \"10.1.2.3\"\nport = 443\n"), Contains("key reason"));
  const std::string most = head + "address = \"10.1.2.3\"\nport = 443\n";
  CHECK_THAT(error_of(most + "reason = \"\"\n"), StartsWith(":5:") && Contains("is empty"));
  CHECK_THAT(error_of(most + "reason = \"x\"\nprot = 1\n"), StartsWith(":6:"));
  CHECK_THAT(error_of(head + "address = \"10.1.2.300\"\nport = 443\nreason = \"x\"\n"),
             StartsWith(":3:"));
  CHECK_THAT(error_of(head + "address = \"10.1.2.3\"\nport = 0\nreason = \"x\"\n"),
             StartsWith(":4:"));
  CHECK_FALSE(load_text("[egress.exception]\naddress = \"10.1.2.3\"\n"));
  CHECK_FALSE(load_text("[egress]\nexception = [1]\n"));
}

TEST_CASE("ranges and the NAT64 prefix are addresses") {
  CHECK(load_text("[egress]\ndenied_addresses = [\"198.51.100.0/24\", \"2001:db8::/32\"]\n"));
  CHECK_FALSE(load_text("[egress]\ndenied_addresses = [\"198.51.100.0/33\"]\n"));
  CHECK_FALSE(load_text("[egress]\ndenied_addresses = [\"example.org\"]\n"));
  const auto config = load_text("[egress]\nnat64_prefix = \"64:ff9b::/96\"\n");
  REQUIRE(config);
  CHECK(config->egress.addresses.nat64_prefix == *policy::parse_address_range("64:ff9b::/96"));
  CHECK_FALSE(load_text("[egress]\nnat64_prefix = \"64:ff9b::/64\"\n"));
  CHECK_FALSE(load_text("[egress]\nnat64_prefix = \"10.0.0.0/8\"\n"));
  CHECK_THAT(error_of("[egress]\nnat64_prefix = \"::ffff:0:0/96\"\n"),
             StartsWith(":2:") && Contains("spells IPv4 addresses"));
}

}  // namespace
}  // namespace seekd::config
