#include <string>

#include <catch2/catch.hpp>

#include "policy/egress.h"
#include "tests/policy/curl_reader.h"

namespace seekd::policy {
namespace {

std::string reason(std::string_view text, const EgressPolicy& policy) {
  const auto verdict = judge_url(text, Provenance::page_link, policy, read_with_curl);
  return std::string(to_string(verdict.reason));
}

TEST_CASE("a rule names one host, or with a leading dot it and everything below") {
  CHECK(host_matches("example.org", "example.org"));
  CHECK_FALSE(host_matches("example.org", "www.example.org"));
  CHECK_FALSE(host_matches("example.org", "example.org.evil.com"));
  CHECK(host_matches(".example.org", "example.org"));
  CHECK(host_matches(".example.org", "a.b.example.org"));
  CHECK_FALSE(host_matches(".example.org", "badexample.org"));
  CHECK_FALSE(host_matches(".example.org", "example.com"));
  CHECK_FALSE(host_matches("", "example.org"));
  CHECK(host_matches(".", "example.org"));
}

TEST_CASE("every public host and one name of the local network can be allowed together") {
  EgressPolicy policy;
  policy.allow = {{".", "/"}, {"wiki.internal", "/"}};
  CHECK(reason("https://example.org/", policy) == "allowed");
  CHECK(reason("https://wiki.internal/", policy) == "allowed");
  CHECK(reason("https://other.internal/", policy) == "special_name");
}

TEST_CASE("with an allow list, what is not on it is refused") {
  EgressPolicy policy;
  policy.allow = {{"example.org", "/"}, {".debian.org", "/"}};
  CHECK(reason("https://example.org/x", policy) == "allowed");
  CHECK(reason("https://EXAMPLE.org./x", policy) == "allowed");
  CHECK(reason("https://www.debian.org/", policy) == "allowed");
  CHECK(reason("https://www.example.org/", policy) == "host_not_allowed");
  CHECK(reason("https://example.com/", policy) == "host_not_allowed");
}

TEST_CASE("the deny list wins over the allow list") {
  EgressPolicy policy;
  policy.allow = {{".example.org", "/"}};
  policy.deny = {{"bad.example.org", "/"}, {"example.org", "/private"}};
  CHECK(reason("https://good.example.org/", policy) == "allowed");
  CHECK(reason("https://bad.example.org/", policy) == "host_denied");
  CHECK(reason("https://example.org/public", policy) == "allowed");
  CHECK(reason("https://example.org/private", policy) == "host_denied");
}

TEST_CASE("a path prefix ends where a segment ends") {
  EgressPolicy policy;
  policy.allow = {{"example.org", "/docs"}, {"example.com", "/docs/"}};
  for (const char* path : {"/docs", "/docs/", "/docs/x", "/docs?x", "/docs/?x", "/./docs/y"}) {
    CAPTURE(path);
    CHECK(reason(std::string("https://example.org") + path, policy) == "allowed");
  }
  for (const char* path :
       {"", "/", "/docsx", "/doc", "/Docs", "/x/docs", "/docs/../x", "/?/docs"}) {
    CAPTURE(path);
    CHECK(reason(std::string("https://example.org") + path, policy) == "host_not_allowed");
  }
  CHECK(reason("https://example.com/docs/x", policy) == "allowed");
  CHECK(reason("https://example.com/docs", policy) == "host_not_allowed");
}

TEST_CASE("a path that servers read in two ways does not slip out of an allowed prefix") {
  EgressPolicy policy;
  policy.allow = {{"example.org", "/docs"}};
  for (const char* path :
       {"/docs/..%2Fsecret", "/docs/..%2fsecret", "/docs/..%5Csecret", "/docs/%2e%2e%2Fsecret",
        "/docs/x%2F..%2F..%2Fsecret", "/docs//../../secret", "/docs/..;/secret", "//docs",
        "/docs;/x", "/docs%2F..%2Fsecret"}) {
    CAPTURE(path);
    CHECK(reason(std::string("https://example.org") + path, policy) == "host_not_allowed");
  }
  CHECK(reason("https://example.org/docs/a%2Fb", policy) == "allowed");
  CHECK(reason("https://example.org/docs//a;v=1", policy) == "allowed");
}

TEST_CASE("a path that servers read in two ways does not slip past a denied prefix") {
  EgressPolicy policy;
  policy.deny = {{"example.org", "/private"}};
  for (const char* path :
       {"/private", "//private/x", "/%70rivate", "/x%2F..%2Fprivate", "/x/..%2Fprivate",
        "/private;v=1/x", "/;/private", "/.%2Fprivate", "/%5Cprivate", "/x/..;/private/y"}) {
    CAPTURE(path);
    CHECK(reason(std::string("https://example.org") + path, policy) == "host_denied");
  }
  CHECK(reason("https://example.org/x/private", policy) == "allowed");
}

TEST_CASE("plain http is accepted where an allow rule names it, on port 80 alone") {
  EgressPolicy policy;
  policy.allow = {{"."}, {"example.org", "/", "http"}, {"example.com", "/feed", "http"}};
  CHECK(reason("http://example.org/", policy) == "allowed");
  CHECK(reason("http://www.example.org/", policy) == "scheme_denied");
  CHECK(reason("http://example.com/feed/x", policy) == "allowed");
  CHECK(reason("http://example.com/", policy) == "scheme_denied");
  CHECK(reason("http://example.org:443/", policy) == "port_denied");
  CHECK(reason("http://example.org:8080/", policy) == "port_denied");
  CHECK(reason("https://other.org/", policy) == "allowed");
}

TEST_CASE("an allow rule for http opens no https, and one for https no http") {
  EgressPolicy policy;
  policy.allow = {{"example.org", "/", "http"}};
  CHECK(reason("https://example.org/", policy) == "host_not_allowed");
  policy.allow = {{"example.org", "/", "https"}};
  CHECK(reason("https://example.org/", policy) == "allowed");
  CHECK(reason("http://example.org/", policy) == "scheme_denied");
}

TEST_CASE("a port is open where an allow rule names it, and for its scheme and path alone") {
  EgressPolicy policy;
  policy.allow = {{"."}, {".example.org", "/", "", 8443}, {"example.com", "/x", "http", 8080}};
  CHECK(reason("https://example.org:8443/", policy) == "allowed");
  CHECK(reason("https://a.example.org:8443/", policy) == "allowed");
  CHECK(reason("https://example.org:8444/", policy) == "port_denied");
  CHECK(reason("https://example.com:8443/", policy) == "port_denied");
  CHECK(reason("http://example.org:8443/", policy) == "scheme_denied");
  CHECK(reason("http://example.com:8080/x/y", policy) == "allowed");
  CHECK(reason("http://example.com:8080/", policy) == "scheme_denied");
  CHECK(reason("http://example.com/x", policy) == "port_denied");
  CHECK(reason("https://example.com:8080/x", policy) == "port_denied");
  policy.allow = {{"example.org", "/docs", "", 8443}};
  CHECK(reason("https://example.org:8443/", policy) == "host_not_allowed");
  CHECK(reason("https://example.org/docs", policy) == "host_not_allowed");
}

TEST_CASE("a deny rule closes the scheme, the port or the path that it names, else all of them") {
  EgressPolicy policy;
  policy.allow = {{"."}, {".", "/", "http"}, {".", "/", "", 8443}};
  policy.deny = {{"a.org", "/", "http"}, {"b.org", "/", "", 8443}, {"c.org", "/x", "https", 443}};
  CHECK(reason("http://a.org/", policy) == "host_denied");
  CHECK(reason("https://a.org/", policy) == "allowed");
  CHECK(reason("https://b.org:8443/", policy) == "host_denied");
  CHECK(reason("https://b.org/", policy) == "allowed");
  CHECK(reason("https://c.org/x", policy) == "host_denied");
  CHECK(reason("http://c.org/x", policy) == "allowed");
  CHECK(reason("https://c.org/y", policy) == "allowed");
  policy.deny = {{"d.org"}};
  for (const char* url : {"http://d.org/", "https://d.org/", "https://d.org:8443/x"}) {
    CHECK(reason(url, policy) == "host_denied");
  }
}

TEST_CASE("the ports that a connection may go to are those of the rules, and of proxies") {
  EgressPolicy policy;
  CHECK(open_ports(policy) == std::vector<std::uint16_t>{443});
  policy.allow = {{"a.org", "/", "http"}, {"b.org", "/", "", 8443}};
  policy.route.proxy = Endpoint{parse_address("10.0.0.5").value(), 3128};
  policy.sites.emplace_back().route = Route{Endpoint{parse_address("10.0.0.6").value(), 8080}};
  CHECK(open_ports(policy) == std::vector<std::uint16_t>{80, 443, 3128, 8080, 8443});
}

TEST_CASE("an allow rule that names a special name or a single label exactly opens it") {
  EgressPolicy policy;
  policy.allow = {{"handbook.demo.internal", "/"}, {"wiki", "/"}, {"localhost", "/x"}};
  CHECK(reason("https://handbook.demo.internal/", policy) == "allowed");
  CHECK(reason("https://HANDBOOK.demo.internal./", policy) == "allowed");
  CHECK(reason("https://wiki/", policy) == "allowed");
  CHECK(reason("https://localhost/x", policy) == "allowed");
  CHECK(reason("https://localhost/", policy) == "host_not_allowed");
  CHECK(reason("https://other.demo.internal/", policy) == "special_name");
  CHECK(reason("https://wiki2/", policy) == "host_invalid");
}

TEST_CASE("an allow rule with a leading dot opens no special name") {
  EgressPolicy policy;
  policy.allow = {{".internal", "/"}, {".demo.internal", "/"}, {".localhost", "/"}};
  CHECK(reason("https://handbook.demo.internal/", policy) == "special_name");
  CHECK(reason("https://demo.internal/", policy) == "special_name");
  CHECK(reason("https://localhost/", policy) == "special_name");
}

TEST_CASE("no allow rule opens an address in the place of a name") {
  EgressPolicy policy;
  policy.allow = {{"127.0.0.1", "/"}, {"[::1]", "/"}, {"1.2.3.4.5", "/"}};
  policy.addresses.exceptions = {{parse_address_range("127.0.0.1").value(), 443, "test"}};
  CHECK(reason("https://127.0.0.1/", policy) == "ip_literal");
  CHECK(reason("https://[::1]/", policy) == "ip_literal");
  CHECK(reason("https://1.2.3.4.5/", policy) == "host_invalid");
}

TEST_CASE("the deny list closes a name that the allow list opens exactly") {
  EgressPolicy policy;
  policy.allow = {{"wiki.internal", "/"}};
  policy.deny = {{".internal", "/"}};
  CHECK(reason("https://wiki.internal/", policy) == "host_denied");
}

TEST_CASE("a name that the policy opens needs an address exception too") {
  EgressPolicy policy;
  policy.allow = {{"handbook.demo.internal", "/"}};
  const Url url = parse_url("https://handbook.demo.internal/").value();
  const std::vector<IpAddress> loopback = {parse_address("127.0.0.1").value()};
  CHECK(judge_addresses(url, loopback, policy, {}).reason == EgressReason::address_denied);
  policy.addresses.exceptions = {{parse_address_range("127.0.0.1").value(), 443, "demo"}};
  CHECK(judge_addresses(url, loopback, policy, loopback).allowed());
}

}  // namespace
}  // namespace seekd::policy
