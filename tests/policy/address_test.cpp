#include "policy/address.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

IpAddress address(const std::string& text) {
  return parse_address(text).value();
}
AddressRange range(const std::string& text) {
  return parse_address_range(text).value();
}

// "" where nothing denies it.
std::string reason(const std::string& text, std::uint16_t port = 443,
                   const AddressPolicy& policy = {}, const std::vector<IpAddress>& own = {}) {
  return denied_because(address(text), port, policy, own).value_or("");
}

struct Probe {
  const char* address;
  const char* reason;
};

TEST_CASE("every special address is denied under its own word") {
  const Probe probes[] = {
      {"0.0.0.0", "unspecified"},
      {"0.1.2.3", "unspecified"},
      {"10.0.0.0", "private"},
      {"10.255.255.255", "private"},
      {"100.64.0.1", "shared"},
      {"100.127.255.255", "shared"},
      {"100.100.100.200", "metadata"},
      {"127.0.0.1", "loopback"},
      {"127.255.255.254", "loopback"},
      {"168.63.129.16", "metadata"},
      {"169.254.0.1", "link_local"},
      {"169.254.169.254", "metadata"},
      {"169.254.170.2", "metadata"},
      {"172.16.0.1", "private"},
      {"172.31.255.255", "private"},
      {"192.0.0.1", "reserved"},
      {"192.0.0.192", "metadata"},
      {"192.0.2.1", "documentation"},
      {"192.88.99.1", "six_to_four"},
      {"192.168.1.1", "private"},
      {"198.18.0.1", "benchmark"},
      {"198.19.255.255", "benchmark"},
      {"198.51.100.7", "documentation"},
      {"203.0.113.7", "documentation"},
      {"224.0.0.1", "multicast"},
      {"239.255.255.255", "multicast"},
      {"240.0.0.1", "reserved"},
      {"255.255.255.254", "reserved"},
      {"255.255.255.255", "broadcast"},
      {"::", "unspecified"},
      {"::1", "loopback"},
      {"::2", "v4_compatible"},
      {"::127.0.0.1", "v4_compatible"},
      {"::8.8.8.8", "v4_compatible"},
      {"::1:0:0:0", "reserved"},
      {"::ffff:0:127.0.0.1", "reserved"},  // RFC 2765, IPv4-translated
      {"64:ff9b:1::8.8.8.8", "nat64"},
      {"64:ff9b::1:0:0", "reserved"},
      {"100::1", "reserved"},
      {"200::1", "reserved"},
      {"1fff:ffff::1", "reserved"},
      {"2001::1", "teredo"},
      {"2001:0:4136:e378:8000:63bf:3fff:fdd2", "teredo"},
      {"2001:2::1", "benchmark"},
      {"2001:10::1", "reserved"},
      {"2001:20::1", "reserved"},
      {"2001:1ff:ffff::1", "reserved"},
      {"2001:db8::1", "documentation"},
      {"2002:7f00:1::", "six_to_four"},
      {"2002:808:808::1", "six_to_four"},
      {"3fff::1", "documentation"},
      {"3fff:fff::1", "documentation"},
      {"4000::1", "reserved"},
      {"5f00::1", "reserved"},
      {"8000::1", "reserved"},
      {"fc00::1", "unique_local"},
      {"fd12:3456::1", "unique_local"},
      {"fd00:ec2::254", "metadata"},
      {"fd20:ce::254", "metadata"},
      {"fe80::1", "link_local"},
      {"fe80::a9fe:a9fe", "metadata"},
      {"febf::1", "link_local"},
      {"fec0::1", "site_local"},
      {"ff02::1", "multicast"},
      {"ffff::1", "multicast"},
      {"2606:4700::5efe:a00:1", "isatap"},
      {"2606:4700::200:5efe:a00:1", "isatap"},
      {"2606:4700::300:5efe:808:808", "isatap"},
  };
  for (const Probe& probe : probes) {
    CAPTURE(probe.address);
    CHECK(reason(probe.address) == probe.reason);
  }
}

TEST_CASE("addresses just outside the denied ranges may be connected to") {
  for (const char* text : {"1.0.0.0",
                           "8.8.8.8",
                           "9.255.255.255",
                           "11.0.0.0",
                           "100.63.255.255",
                           "100.128.0.0",
                           "126.255.255.255",
                           "128.0.0.0",
                           "168.63.129.15",
                           "169.253.255.255",
                           "169.255.0.0",
                           "172.15.255.255",
                           "172.32.0.0",
                           "192.0.1.0",
                           "192.0.3.0",
                           "192.88.98.255",
                           "192.88.100.0",
                           "192.167.255.255",
                           "192.169.0.0",
                           "198.17.255.255",
                           "198.20.0.0",
                           "198.51.99.255",
                           "203.0.114.0",
                           "223.255.255.255",
                           "2000::1",
                           "2001:200::1",
                           "2001:4860:4860::8888",
                           "2001:db7:ffff::1",
                           "2001:db9::1",
                           "2003::1",
                           "2606:4700::1111",
                           "3ffe:ffff::1",
                           "3fff:1000::1",
                           "2606:4700::100:5eff:808:808"}) {
    CAPTURE(text);
    CHECK(reason(text).empty());
  }
}

TEST_CASE("a v4-mapped address is judged as the IPv4 address inside") {
  CHECK(reason("::ffff:127.0.0.1") == "loopback");
  CHECK(reason("::ffff:7f00:1") == "loopback");
  CHECK(reason("::ffff:169.254.169.254") == "metadata");
  CHECK(reason("::ffff:10.1.2.3") == "private");
  CHECK(reason("::ffff:0.0.0.0") == "unspecified");
  CHECK(reason("::ffff:8.8.8.8").empty());
}

TEST_CASE("NAT64: the IPv4 address inside is judged, then only our own prefix is let through") {
  CHECK(reason("64:ff9b::127.0.0.1") == "loopback");
  CHECK(reason("64:ff9b::169.254.169.254") == "metadata");
  CHECK(reason("64:ff9b::8.8.8.8") == "nat64");

  AddressPolicy policy;
  policy.nat64_prefix = range("64:ff9b::/96");
  CHECK(reason("64:ff9b::8.8.8.8", 443, policy).empty());
  CHECK(reason("64:ff9b::10.0.0.1", 443, policy) == "private");

  policy.nat64_prefix = range("64:ff9b:1::/96");
  CHECK(reason("64:ff9b:1::8.8.8.8", 443, policy).empty());
  CHECK(reason("64:ff9b:1::192.168.0.1", 443, policy) == "private");
  CHECK(reason("64:ff9b:1:1::8.8.8.8", 443, policy) == "nat64");
  CHECK(reason("64:ff9b::8.8.8.8", 443, policy) == "nat64");

  policy.nat64_prefix = range("2a00:1:2:3::/96");
  CHECK(reason("2a00:1:2:3::127.0.0.1", 443, policy) == "loopback");
  CHECK(reason("2a00:1:2:3::8.8.8.8", 443, policy).empty());
}

TEST_CASE("a NAT64 prefix that is no /96 opens nothing") {
  AddressPolicy policy;
  policy.nat64_prefix = range("64:ff9b::/64");
  CHECK(reason("64:ff9b::8.8.8.8", 443, policy) == "nat64");
  CHECK(reason("64:ff9b::1:0:0", 443, policy) == "reserved");
}

TEST_CASE("a NAT64 prefix that spells IPv4 addresses opens nothing, and the judgement ends") {
  AddressPolicy policy;
  policy.nat64_prefix = range("::ffff:0:0/96");
  CHECK(reason("8.8.8.8", 443, policy).empty());
  CHECK(reason("::ffff:8.8.8.8", 443, policy).empty());
  CHECK(reason("10.0.0.1", 443, policy) == "private");
  CHECK(reason("64:ff9b::8.8.8.8", 443, policy) == "nat64");
}

TEST_CASE("exceptions for IPv4 do not open the place behind a translator") {
  AddressPolicy policy;
  policy.nat64_prefix = range("64:ff9b::/96");
  policy.exceptions = {{range("10.0.0.1"), 443, "wiki"}};
  CHECK(reason("10.0.0.1", 443, policy).empty());
  CHECK(reason("64:ff9b::10.0.0.1", 443, policy) == "private");
}

TEST_CASE("an exception opens its range on its port and nothing beside") {
  AddressPolicy policy;
  policy.exceptions = {{range("10.1.2.0/24"), 8443, "wiki"}, {range("fd00:1::5"), 443, "mirror"}};
  CHECK(reason("10.1.2.3", 8443, policy).empty());
  CHECK(reason("::ffff:10.1.2.3", 8443, policy).empty());
  CHECK(reason("10.1.2.3", 443, policy) == "private");
  CHECK(reason("10.1.3.3", 8443, policy) == "private");
  CHECK(reason("fd00:1::5", 443, policy).empty());
  CHECK(reason("fd00:1::6", 443, policy) == "unique_local");
}

TEST_CASE("an exception written as a v4-mapped range is the IPv4 range") {
  AddressPolicy policy;
  policy.exceptions = {{range("::ffff:10.1.2.0/120"), 443, "wiki"}};
  CHECK(reason("10.1.2.3", 443, policy).empty());
  CHECK(reason("10.1.3.3", 443, policy) == "private");
}

TEST_CASE("the site's own additions deny public addresses and win over exceptions") {
  AddressPolicy policy;
  policy.denied = {range("93.184.216.0/24"), range("2606:2800::/32"), range("10.1.0.0/16")};
  policy.exceptions = {{range("10.1.2.3"), 443, "wiki"}};
  policy.nat64_prefix = range("64:ff9b::/96");
  CHECK(reason("93.184.216.34", 443, policy) == "policy_denied");
  CHECK(reason("::ffff:93.184.216.34", 443, policy) == "policy_denied");
  CHECK(reason("64:ff9b::93.184.216.34", 443, policy) == "policy_denied");
  CHECK(reason("2606:2800::1", 443, policy) == "policy_denied");
  CHECK(reason("10.1.2.3", 443, policy) == "policy_denied");
}

TEST_CASE("a denied range written as v4-mapped denies the IPv4 addresses") {
  AddressPolicy policy;
  policy.denied = {range("::ffff:93.184.216.0/120")};
  CHECK(reason("93.184.216.34", 443, policy) == "policy_denied");
}

TEST_CASE("the host's own public addresses are denied, unless the policy names one") {
  const std::vector<IpAddress> own = {address("93.184.216.34"), address("2606:2800::1"),
                                      address("::ffff:93.184.216.35")};
  CHECK(reason("93.184.216.34", 443, {}, own) == "own_address");
  CHECK(reason("::ffff:93.184.216.34", 443, {}, own) == "own_address");
  CHECK(reason("93.184.216.35", 443, {}, own) == "own_address");
  CHECK(reason("2606:2800::1", 443, {}, own) == "own_address");
  CHECK(reason("64:ff9b::93.184.216.34", 443, {}, own) == "own_address");
  CHECK(reason("93.184.216.36", 443, {}, own).empty());

  AddressPolicy policy;
  policy.exceptions = {{range("93.184.216.34"), 8080, "our own site"}};
  CHECK(reason("93.184.216.34", 8080, policy, own).empty());
  CHECK(reason("93.184.216.34", 443, policy, own) == "own_address");
}

TEST_CASE("only canonical spellings are addresses") {
  using namespace std::string_literals;
  for (const std::string& text :
       {""s,           "localhost"s,  "127.1"s,      "2130706433"s, "0x7f.0.0.1"s,
        "0177.0.0.1"s, "127.0.0.01"s, "1.2.3.4.5"s,  "1.2.3.4."s,   " 1.2.3.4"s,
        "1.2.3.4 "s,   "256.0.0.1"s,  "1.2.3.4\0x"s, "[::1]"s,      "fe80::1%eth0"s,
        ":::"s,        "1::2::3"s,    "12345::"s,    "::1\0"s,      "1.2.3.4/32"s}) {
    CAPTURE(text);
    const Result<IpAddress> parsed = parse_address(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("addresses are written as RFC 5952 asks") {
  CHECK(to_string(address("8.8.4.4")) == "8.8.4.4");
  CHECK(to_string(address("2001:DB8:0:0:0:0:0:1")) == "2001:db8::1");
  CHECK(to_string(range("2001:DB8::/32")) == "2001:db8::/32");
  CHECK(to_string(range("8.8.4.4")) == "8.8.4.4/32");
}

TEST_CASE("a range holds its first and its last address and not their neighbours") {
  CHECK(range("172.16.0.0/12").contains(address("172.16.0.0")));
  CHECK(range("172.16.0.0/12").contains(address("172.31.255.255")));
  CHECK_FALSE(range("172.16.0.0/12").contains(address("172.32.0.0")));
  CHECK_FALSE(range("172.16.0.0/12").contains(address("172.15.255.255")));
  CHECK(range("0.0.0.0/0").contains(address("255.1.2.3")));
  CHECK(range("::/0").contains(address("ffff::1")));
  CHECK_FALSE(range("::/0").contains(address("1.2.3.4")));
  CHECK_FALSE(range("0.0.0.0/0").contains(address("::1")));
  CHECK(range("10.0.0.0/8").contains(address("::ffff:10.0.0.1")));
}

TEST_CASE("a range that is no range is refused with the remedy") {
  for (const char* text : {"10.0.0.0/", "10.0.0.0/33", "::/129", "10.0.0.0/08", "10.0.0.0/-1",
                           "10.0.0.0/8/8", "/8", "10.0.0.0/ 8", "10/8", "10.0.0.0/256"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_address_range(text));
  }
  const Result<AddressRange> loose = parse_address_range("10.1.2.3/8");
  REQUIRE_FALSE(loose);
  CHECK_THAT(loose.error().message, Catch::Contains("did you mean 10.0.0.0/8?"));
}

}  // namespace
}  // namespace seekd::policy
