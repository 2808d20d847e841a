#include "policy/egress.h"

#include <random>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "tests/policy/curl_reader.h"

namespace seekd::policy {
namespace {

using namespace std::string_literals;

EgressVerdict judge(std::string_view text, const EgressPolicy& policy = {}) {
  return judge_url(text, Provenance::user, policy, read_with_curl);
}

std::string reason(std::string_view text, const EgressPolicy& policy = {}) {
  return std::string(to_string(judge(text, policy).reason));
}

// Lets plain http and port 8080 through, so that probes reach the checks behind them.
EgressPolicy open_policy() {
  EgressPolicy policy;
  for (const char* host : {".org", ".com", ".arpa", ".internal", ".local", ".localhost"}) {
    for (const char* scheme : {"https", "http"}) {
      policy.allow.push_back({host, "/", scheme, 0});
      policy.allow.push_back({host, "/", scheme, 8080});
    }
  }
  return policy;
}

struct Probe {
  std::string text;
  std::string reason;
};

TEST_CASE("hostile URLs are refused, each for its reason") {
  const Probe probes[] = {
      {"http://127.0.0.3:18082\\@127.0.0.1:18080/", "url_invalid"},
      {"https://example.org\\@127.0.0.1/", "url_invalid"},
      {"https:\\\\127.0.0.1\\", "url_invalid"},
      {"https:///127.0.0.1/", "url_invalid"},
      {"https:127.0.0.1/", "url_invalid"},
      {"https:/127.0.0.1/", "url_invalid"},
      {"//127.0.0.1/", "url_invalid"},
      {"127.0.0.1", "url_invalid"},
      {"", "url_invalid"},
      {"https://", "url_invalid"},
      {" https://127.0.0.1/", "url_invalid"},
      {"https://example.org /", "url_invalid"},
      {"https://example.org\t.evil.org/", "url_invalid"},
      {"https://example.org/\r\nX: y", "url_invalid"},
      {"https://example.org\0@127.0.0.1/"s, "url_invalid"},
      {"https://example.org\x7f/", "url_invalid"},
      {"https://example.org:99999/", "url_invalid"},
      {"https://example.org:0/", "url_invalid"},
      {"https://example.org:443@127.0.0.1/", "userinfo"},
      {"https://example.org@127.0.0.1/", "userinfo"},
      {"https://@127.0.0.1/", "userinfo"},
      {"https://:@127.0.0.1/", "userinfo"},
      {"https://user:pass@example.org/", "userinfo"},
      {"https://a@b@c.org/", "userinfo"},
      {"https://%31%32%37.0.0.1/", "url_invalid"},
      {"https://127.0.0.1%2f.example.org/", "url_invalid"},
      {"https://127%2e0%2e0%2e1/", "url_invalid"},
      {"https://[fe80::1%25eth0]/", "url_invalid"},
      {"https://[::1/", "url_invalid"},
      {"https://[::1]evil.org/", "url_invalid"},
      {"https://example.org/" + std::string(2100, 'a'), "url_too_long"},
      {"http://example.org/", "scheme_denied"},
      {"http://127.0.0.1/", "scheme_denied"},
      {"ftp://example.org/", "scheme_denied"},
      {"file:///etc/passwd", "scheme_denied"},
      {"gopher://127.0.0.1:6379/_INFO", "scheme_denied"},
      {"javascript:alert(1)", "scheme_denied"},
      {"ws://example.org/", "scheme_denied"},
      {"https://example.org:22/", "port_denied"},
      {"https://example.org:80/", "port_denied"},
      {"https://127.0.0.1:6379/", "port_denied"},
      {"https://127.0.0.1/", "ip_literal"},
      {"https://127.0.0.1./", "ip_literal"},
      {"https://127.1/", "ip_literal"},
      {"https://127.0.1/", "ip_literal"},
      {"https://2130706433/", "ip_literal"},
      {"https://0x7f000001/", "ip_literal"},
      {"https://0x7F.0x0.0x0.0x1/", "ip_literal"},
      {"https://0177.0.0.1/", "ip_literal"},
      {"https://017700000001/", "ip_literal"},
      {"https://0/", "ip_literal"},
      {"https://0x/", "ip_literal"},
      {"https://127。0。0。1/", "ip_literal"},
      {"https://１２７．０．０．１/", "ip_literal"},
      {"https://①②⑦.0.0.1/", "ip_literal"},
      {"https://①②⑦.⓪.⓪.①/", "ip_literal"},
      {"https://169.254.169.254/latest/meta-data/", "ip_literal"},
      {"https://8.8.8.8/", "ip_literal"},
      {"https://[::1]/", "ip_literal"},
      {"https://[::]/", "ip_literal"},
      {"https://[::ffff:127.0.0.1]/", "ip_literal"},
      {"https://[::FFFF:7F00:1]/", "ip_literal"},
      {"https://[0:0:0:0:0:ffff:7f00:1]/", "ip_literal"},
      {"https://[64:ff9b::7f00:1]/", "ip_literal"},
      {"https://[2606:4700::1111]/", "ip_literal"},
      {"https://256.0.0.1/", "host_invalid"},
      {"https://1.2.3.4.5/", "host_invalid"},
      {"https://4294967296/", "host_invalid"},
      {"https://127.0.0.08/", "host_invalid"},
      {"https://example.org.1/", "host_invalid"},
      {"https://example.0x1/", "host_invalid"},
      {"https://intranet/", "host_invalid"},
      {"https://org/", "host_invalid"},
      {"https://example..org/", "host_invalid"},
      {"https://-example.org/", "host_invalid"},
      {"https://☃.org/", "host_invalid"},
      {"https://xn--zzzzzz.org/", "host_invalid"},
      {"https://example.org\uff0f.evil.org/", "host_invalid"},
      {"https://ex\u2100mple.org/", "host_invalid"},
      {"https://localhost/", "special_name"},
      {"https://LOCALHOST./", "special_name"},
      {"https://ｌｏｃａｌｈｏｓｔ/", "special_name"},
      {"https://a.localhost/", "special_name"},
      {"https://printer.local/", "special_name"},
      {"https://metadata.google.internal/", "special_name"},
      {"https://metadata.google.internal./", "special_name"},
      {"https://internal/", "special_name"},
      {"https://router.home.arpa/", "special_name"},
      {"https://home.arpa/", "special_name"},
      {"https://expyuzz4wqqyqhjn.onion/", "special_name"},
  };
  for (const Probe& probe : probes) {
    CAPTURE(probe.text);
    const EgressVerdict verdict = judge(probe.text);
    CHECK(to_string(verdict.reason) == probe.reason);
    CHECK_FALSE(verdict.url);
    CHECK_FALSE(verdict.detail.empty());
  }
}

TEST_CASE("ordinary URLs are allowed and come out canonical") {
  const std::string pairs[][2] = {
      {"https://example.org", "https://example.org/"},
      {"https://Example.org:443/A?b=c#d", "https://example.org/A?b=c"},
      {"https://example.org./", "https://example.org/"},
      {"https://de.wikipedia.org/wiki/Bücher", "https://de.wikipedia.org/wiki/B%C3%BCcher"},
      {"https://bücher.de/", "https://xn--bcher-kva.de/"},
      {"https://www.debian.org/../News/./2024/", "https://www.debian.org/News/2024/"},
      {"https://1and1.com/", "https://1and1.com/"},
      {"https://192.0.2.1.example.org/", "https://192.0.2.1.example.org/"},
      {"https://localhost.example.org/", "https://localhost.example.org/"},
      {"https://internal.example.org/", "https://internal.example.org/"},
      {"https://mylocal/", ""},
      {"https://xlocal.org/", "https://xlocal.org/"},
  };
  for (const auto& [text, canonical] : pairs) {
    CAPTURE(text);
    const EgressVerdict verdict = judge(text);
    CHECK(verdict.allowed() == !canonical.empty());
    if (verdict.allowed()) CHECK(verdict.url->text() == canonical);
  }
}

TEST_CASE("the checks come in the order of the door") {
  EgressPolicy policy;
  policy.deny = {{".localhost", "/"}};
  // Each text fails its own check and every later one.
  const Probe probes[] = {
      {"http://user@127.0.0.1:22/" + std::string(2100, 'a'), "url_too_long"},
      {"http://us er@127.0.0.1:22/", "url_invalid"},
      {"http://user@127.0.0.1:22/", "userinfo"},
      {"http://127.0.0.1:22/", "scheme_denied"},
      {"https://127.0.0.1:22/", "port_denied"},
      {"https://127.0.0.1/", "ip_literal"},
      {"https://a.localhost/", "special_name"},
  };
  for (const Probe& probe : probes) {
    CAPTURE(probe.text);
    CHECK(reason(probe.text, policy) == probe.reason);
  }
  const auto nobody = judge_url("http://user@127.0.0.1:22/", std::nullopt, policy, read_with_curl);
  CHECK(nobody.reason == EgressReason::no_provenance);
}

TEST_CASE("a URL that the second parser refuses or reads differently is ambiguous") {
  const auto refuses = [](std::string_view) -> Result<Url> {
    return fail(ErrorCode::invalid_argument, "no");
  };
  const std::string text = "https://example.org:8443/a?b";
  CHECK(judge_url(text, Provenance::user, {}, refuses).reason == EgressReason::url_ambiguous);
  for (const char* other :
       {"http://example.org:8443/a?b", "https://example.com:8443/a?b", "https://example.org/a?b",
        "https://example.org:8443/a?c", "https://example.org:8443/b?b"}) {
    CAPTURE(other);
    const auto differs = [&](std::string_view) { return parse_url(other); };
    CHECK(judge_url(text, Provenance::user, {}, differs).reason == EgressReason::url_ambiguous);
  }
}

TEST_CASE("the second parser sees the text itself, not what the first made of it") {
  std::vector<std::string> seen;
  const auto reader = [&](std::string_view text) {
    seen.emplace_back(text);
    return read_with_curl(text);
  };
  const Url from = parse_url("https://example.org/a/b").value();
  CHECK(judge_url("HTTPS://Example.ORG/%7e#x", Provenance::user, {}, reader).allowed());
  CHECK(judge_redirect(from, "//Other.ORG/../x", 1, {}, reader).allowed());
  CHECK(judge_redirect(from, "./c/../d#x", 1, {}, reader).allowed());
  CHECK(seen == std::vector<std::string>{"HTTPS://Example.ORG/%7e#x", "https://Other.ORG/../x",
                                         "https://example.org/a/./c/../d"});
}

// Deterministic: a failure is found again.
TEST_CASE(
    "whatever is put together from hostile pieces, an allowed URL is read by both parsers as "
    "itself") {
  const std::vector<std::string> pieces = {
      "https://", "http://", "https:",    "//",   "/",     "\\",     "@",   ":",         "443",
      "80",       "?",       "#",         "%",    "%2e",   "%2F",    "%40", "example",   ".",
      "org",      "..",      "127.0.0.1", "0x7f", "[::1]", "[",      "]",   "localhost", "ü",
      "。",       "-",       "_",         "xn--", "\t",    "\u200b", "a",   ";",         "&",
      "=",        "1.2.3.4", "%00",       "+",    "~",     "\u00ad", "ß",   "．",        "𝟏"};
  const EgressPolicy policy = open_policy();
  std::mt19937 random(20241107);
  int allowed = 0;
  for (int round = 0; round < 60'000; ++round) {
    std::string text = round % 4 == 0 ? "" : "https://example.org";
    for (auto left = random() % 7; left > 0; --left) text += pieces[random() % pieces.size()];
    const EgressVerdict verdict = judge(text, policy);
    REQUIRE(verdict.allowed() == verdict.url.has_value());
    if (!verdict.allowed()) continue;
    ++allowed;
    CAPTURE(text, verdict.url->text());
    REQUIRE(parse_url(verdict.url->text()).value() == *verdict.url);
    REQUIRE(read_with_curl(verdict.url->text()).value() == *verdict.url);
    REQUIRE(judge(verdict.url->text(), policy).allowed());
    REQUIRE(verdict.url->host.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-.") ==
            std::string::npos);
  }
  CHECK(allowed > 1000);
}

TEST_CASE("one denied address refuses the whole name") {
  const Url url = parse_url("https://example.org/").value();
  const IpAddress good = parse_address("93.184.216.34").value();
  const IpAddress bad = parse_address("::ffff:10.0.0.1").value();
  const IpAddress own = parse_address("93.184.216.35").value();

  const EgressVerdict allowed = judge_addresses(url, std::vector{good}, {}, {});
  CHECK(allowed.allowed());
  CHECK(allowed.url == url);

  const EgressVerdict denied = judge_addresses(url, std::vector{good, bad, good}, {}, {});
  CHECK(denied.reason == EgressReason::address_denied);
  CHECK_THAT(denied.detail, Catch::Contains("private"));
  CHECK(judge_addresses(url, std::vector{good, own}, {}, std::vector{own}).reason ==
        EgressReason::address_denied);
}

TEST_CASE("no address is resolve_failed, sixteen are enough, seventeen too many") {
  const Url url = parse_url("https://example.org/").value();
  const IpAddress good = parse_address("93.184.216.34").value();
  CHECK(judge_addresses(url, {}, {}, {}).reason == EgressReason::resolve_failed);
  CHECK(judge_addresses(url, std::vector(16, good), {}, {}).allowed());
  CHECK(judge_addresses(url, std::vector(17, good), {}, {}).reason ==
        EgressReason::too_many_addresses);
}

TEST_CASE("an address exception holds for the URL's port") {
  EgressPolicy policy;
  policy.addresses.exceptions = {{parse_address_range("10.0.0.1").value(), 8443, "wiki"}};
  const std::vector<IpAddress> addresses = {parse_address("10.0.0.1").value()};
  CHECK(judge_addresses(parse_url("https://w.org:8443/").value(), addresses, policy, {}).allowed());
  CHECK_FALSE(
      judge_addresses(parse_url("https://w.org/").value(), addresses, policy, {}).allowed());
}

TEST_CASE("a redirect is judged from step 2 again") {
  const Url from = parse_url("https://example.org/a/b?c").value();
  const EgressPolicy policy = open_policy();
  const Probe probes[] = {
      {"", "redirect_invalid"},
      {"\\\\127.0.0.1\\", "redirect_invalid"},
      {"/\\evil.org/", "redirect_invalid"},
      {"https://a b/", "redirect_invalid"},
      {"http://127.0.0.3:18082\\@127.0.0.1:18080/", "redirect_invalid"},
      {"///127.0.0.1/", "url_invalid"},
      {"https:127.0.0.1", "url_invalid"},
      {"//user@127.0.0.1/", "userinfo"},
      {"//127.0.0.1/", "ip_literal"},
      {"//2130706433", "ip_literal"},
      {"//localhost/", "special_name"},
      {"https://[::1]/", "ip_literal"},
      {"https://example.org:22/", "port_denied"},
      {"http://example.org/", "redirect_downgrade"},
      {"http://127.0.0.1/", "redirect_downgrade"},
      {"ftp://example.org/", "scheme_denied"},
      {"javascript:alert(1)", "scheme_denied"},
      {"/" + std::string(3000, 'a'), "url_too_long"},
      {"/x", "allowed"},
      {"?x", "allowed"},
      {"#x", "allowed"},
      {"https://www.example.org:8080/", "allowed"},
  };
  for (const Probe& probe : probes) {
    CAPTURE(probe.text);
    const EgressVerdict verdict = judge_redirect(from, probe.text, 1, policy, read_with_curl);
    CHECK(to_string(verdict.reason) == probe.reason);
  }
}

TEST_CASE("a relative Location is resolved against the URL that answered") {
  const Url from = parse_url("https://example.org:8080/a/b?c").value();
  const std::string pairs[][2] = {{"d", "https://example.org:8080/a/d"},
                                  {"/ü", "https://example.org:8080/%C3%BC"},
                                  {"?", "https://example.org:8080/a/b?"},
                                  {"//www.example.org/x", "https://www.example.org/x"}};
  for (const auto& [location, target] : pairs) {
    CAPTURE(location);
    const auto verdict = judge_redirect(from, location, 1, open_policy(), read_with_curl);
    REQUIRE(verdict.allowed());
    CHECK(verdict.url->text() == target);
  }
}

TEST_CASE("http may become https, and stay http where the policy allows it") {
  const Url from = parse_url("http://example.org/").value();
  CHECK(judge_redirect(from, "https://example.org/", 1, {}, read_with_curl).allowed());
  CHECK(judge_redirect(from, "/x", 1, {}, read_with_curl).reason == EgressReason::scheme_denied);
  CHECK(judge_redirect(from, "/x", 1, open_policy(), read_with_curl).allowed());
}

TEST_CASE("the fifth redirect is followed and the sixth is not") {
  const Url from = parse_url("https://example.org/").value();
  CHECK(judge_redirect(from, "/x", 5, {}, read_with_curl).allowed());
  CHECK(judge_redirect(from, "/x", 6, {}, read_with_curl).reason ==
        EgressReason::too_many_redirects);
  EgressPolicy policy;
  policy.redirects_max = 0;
  CHECK(judge_redirect(from, "/x", 1, policy, read_with_curl).reason ==
        EgressReason::too_many_redirects);
}

TEST_CASE(
    "models come from the hosts that are named for them, and by no other rule of the allow list") {
  EgressPolicy policy;
  CHECK_FALSE(model_policy(policy));
  policy.allow = {{"pages.example.org"}};
  CHECK_FALSE(model_policy(policy));
  policy.models = {{"hub.example.org"}};
  policy.deny = {{"hub.example.org", "/private"}};
  const auto models = model_policy(policy);
  REQUIRE(models);
  const auto reason_of = [&](const char* url, const EgressPolicy& judged) {
    return judge_url(url, Provenance::model_pull, judged, read_with_curl).reason;
  };
  CHECK(reason_of("https://hub.example.org/a", *models) == EgressReason::allowed);
  CHECK(reason_of("https://hub.example.org/private/a", *models) == EgressReason::host_denied);
  CHECK(reason_of("https://pages.example.org/", *models) == EgressReason::host_not_allowed);
  CHECK(reason_of("http://hub.example.org/", *models) == EgressReason::scheme_denied);
  CHECK(reason_of("https://hub.example.org/a", policy) == EgressReason::host_not_allowed);
  policy.models = {{"hub.example.org", "/", "https", 8443}};
  CHECK(open_ports(policy) == std::vector<std::uint16_t>{443, 8443});
}

TEST_CASE("provenances are read back from their names, and nothing else is one") {
  for (const char* name : {"user", "site_list", "search_result", "page_link", "feed", "model_pull",
                           "search_query", "webhook"}) {
    CAPTURE(name);
    REQUIRE(parse_provenance(name));
    CHECK(to_string(*parse_provenance(name)) == name);
  }
  for (const char* name : {"", "model", "User", "user "}) CHECK_FALSE(parse_provenance(name));
}

TEST_CASE("every reason has a name of its own") {
  std::set<std::string_view> names;
  for (int i = 0; i <= static_cast<int>(EgressReason::internal); ++i) {
    names.insert(to_string(static_cast<EgressReason>(i)));
  }
  CHECK(names.size() == static_cast<std::size_t>(EgressReason::internal) + 1);
  CHECK(names.count("url_ambiguous") == 1);
}

}  // namespace
}  // namespace seekd::policy
