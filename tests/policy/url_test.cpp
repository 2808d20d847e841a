#include "policy/url.h"

#include <string>

#include <catch2/catch.hpp>

#include "policy/host.h"
#include "tests/policy/curl_reader.h"

namespace seekd::policy {
namespace {

using namespace std::string_literals;

struct Spelling {
  std::string text;
  std::string canonical;
};

const Spelling spellings[] = {
    {"https://example.org", "https://example.org/"},
    {"HTTPS://EXAMPLE.org/A", "https://example.org/A"},
    {"https://example.org:443/", "https://example.org/"},
    {"https://example.org:/", "https://example.org/"},
    {"http://example.org:80/", "http://example.org/"},
    {"http://example.org:443/", "http://example.org:443/"},
    {"https://example.org:8443", "https://example.org:8443/"},
    {"https://example.org./x", "https://example.org/x"},
    {"https://example.org?q", "https://example.org/?q"},
    {"https://example.org/?", "https://example.org/?"},
    {"https://example.org/#top", "https://example.org/"},
    {"https://example.org#a|b^", "https://example.org/"},
    {"https://example.org/#@other.org/", "https://example.org/"},
    {"https://example.org/a?b#c?d#e", "https://example.org/a?b"},
    {"https://example.org/a/./b/../c", "https://example.org/a/c"},
    {"https://example.org/../../x", "https://example.org/x"},
    {"https://example.org/a/..", "https://example.org/"},
    {"https://example.org/a/.", "https://example.org/a/"},
    {"https://example.org/a/%2e%2E/b", "https://example.org/b"},
    {"https://example.org/a/.%2e/b", "https://example.org/b"},
    {"https://example.org/a/%2E/b", "https://example.org/a/b"},
    {"https://example.org/...", "https://example.org/..."},
    {"https://example.org//a//b", "https://example.org//a//b"},
    {"https://example.org/a//../b", "https://example.org/a/b"},
    {"https://example.org/?a/../b", "https://example.org/?a/../b"},
    {"https://example.org/a|b?c|d", "https://example.org/a%7Cb?c%7Cd"},
    {"https://example.org/?a[]=1&b[0]={}", "https://example.org/?a%5B%5D=1&b%5B0%5D=%7B%7D"},
    {"https://example.org/[x]/{y}/^`", "https://example.org/%5Bx%5D/%7By%7D/%5E%60"},
    {"https://example.org/<\">", "https://example.org/%3C%22%3E"},
    {"https://example.org/100%", "https://example.org/100%25"},
    {"https://example.org/?q=5%&r=%4", "https://example.org/?q=5%25&r=%254"},
    {"https://example.org/%zz%+1", "https://example.org/%25zz%25+1"},
    {"https://example.org/%2%65", "https://example.org/%252e"},
    {"https://ü_ü.example.org/", "https://xn--_-dhab.example.org/"},
    {"https://a_b._x.example.org/", "https://a_b._x.example.org/"},
    {"https://example.org/%7euser", "https://example.org/~user"},
    {"https://example.org/%41%2f%3a", "https://example.org/A%2F%3A"},
    {"https://example.org/%252e%252e/", "https://example.org/%252e%252e/"},
    {"https://example.org/%5c%00%0a", "https://example.org/%5C%00%0A"},
    {"https://example.org/?%7e=%c3%bc", "https://example.org/?~=%C3%BC"},
    {"https://example.org/ü?ü=ü#ü", "https://example.org/%C3%BC?%C3%BC=%C3%BC"},
    {"https://example.org/a;b=c,d:e@f!$&'()*+", "https://example.org/a;b=c,d:e@f!$&'()*+"},
    {"https://example.org/?u=https://user@other.org:1/?x",
     "https://example.org/?u=https://user@other.org:1/?x"},
    {"https://bücher.example/", "https://xn--bcher-kva.example/"},
    {"https://BÜCHER.example/", "https://xn--bcher-kva.example/"},
    {"https://xn--bcher-kva.example/", "https://xn--bcher-kva.example/"},
    {"https://XN--BCHER-KVA.example/", "https://xn--bcher-kva.example/"},
    {"https://faß.example/", "https://xn--fa-hia.example/"},
    {"https://ｅｘａｍｐｌｅ.org/", "https://example.org/"},
    {"https://例え。テスト/", "https://xn--r8jz45g.xn--zckzah/"},
    {"https://例え。テスト。/", "https://xn--r8jz45g.xn--zckzah/"},
    {"https://r3---sn-4g5e6.example/", "https://r3---sn-4g5e6.example/"},
    {"https://intranet/", "https://intranet/"},
    {"https://192.0.2.1.example.org/", "https://192.0.2.1.example.org/"},
    {"https://192.0.2.1-a.org:81/a.b", "https://192.0.2.1-a.org:81/a.b"},
    // Addresses come out in one spelling each, for the judge to refuse.
    {"http://127.0.0.1/", "http://127.0.0.1/"},
    {"http://127.1/", "http://127.0.0.1/"},
    {"http://2130706433/", "http://127.0.0.1/"},
    {"http://0x7f000001/", "http://127.0.0.1/"},
    {"http://0X7F.1/", "http://127.0.0.1/"},
    {"http://0177.0.0.01/", "http://127.0.0.1/"},
    {"http://127.0.0.1./", "http://127.0.0.1/"},
    {"http://127。0。0。1/", "http://127.0.0.1/"},
    {"http://１２７.0.0.1/", "http://127.0.0.1/"},
    {"http://①②⑦.0.0.1/", "http://127.0.0.1/"},
    {"http://0/", "http://0.0.0.0/"},
    {"http://0x/", "http://0.0.0.0/"},
    {"http://4294967295/", "http://255.255.255.255/"},
    {"http://[::FFFF:7F00:1]/", "http://[::ffff:127.0.0.1]/"},
    {"http://[0:0:0:0:0:0:0:1]:8080/", "http://[::1]:8080/"},
    // Numbers that are no address stay, for the judge to refuse.
    {"http://4294967296/", "http://4294967296/"},
    {"http://256.1.1.1/", "http://256.1.1.1/"},
    {"http://1.2.3.08/", "http://1.2.3.08/"},
    {"http://1.2.3.4.5/", "http://1.2.3.4.5/"},
    {"http://example.0x1f/", "http://example.0x1f/"},
};

TEST_CASE("a URL has one canonical spelling") {
  for (const Spelling& spelling : spellings) {
    CAPTURE(spelling.text);
    const Result<Url> url = parse_url(spelling.text);
    REQUIRE(url);
    CHECK(url->text() == spelling.canonical);
  }
}

TEST_CASE("the canonical spelling is a fixed point") {
  for (const Spelling& spelling : spellings) {
    CAPTURE(spelling.canonical);
    const Result<Url> url = parse_url(spelling.canonical);
    REQUIRE(url);
    CHECK(url->text() == spelling.canonical);
    CHECK(parse_url(spelling.text).value() == *url);
  }
}

TEST_CASE("libcurl reads every accepted spelling alike") {
  for (const Spelling& spelling : spellings) {
    CAPTURE(spelling.text);
    const Result<Url> second = read_with_curl(spelling.text);
    REQUIRE(second);
    CHECK(*second == parse_url(spelling.text).value());
  }
}

TEST_CASE("what is no URL, or misleads a parser, is refused with its fault") {
  const struct {
    std::string text;
    UrlFault fault;
  } probes[] = {
      {"", UrlFault::malformed},
      {"example.org", UrlFault::malformed},
      {"//example.org/", UrlFault::malformed},
      {"/x", UrlFault::malformed},
      {"https:", UrlFault::malformed},
      {"https:/example.org/", UrlFault::malformed},
      {"https:example.org", UrlFault::malformed},
      {"https://", UrlFault::malformed},
      {"https:///example.org/", UrlFault::malformed},
      {"https://:443/", UrlFault::malformed},
      {"https://?x", UrlFault::malformed},
      {"https://#x", UrlFault::malformed},
      {"1https://example.org/", UrlFault::malformed},
      {"http://127.0.0.3:18082\\@127.0.0.1:18080/", UrlFault::malformed},
      {"https:\\\\example.org\\", UrlFault::malformed},
      {"https://example.org/\\..\\", UrlFault::malformed},
      {"https://example.org/#\\", UrlFault::malformed},
      {" https://example.org/", UrlFault::malformed},
      {"https://example.org/ ", UrlFault::malformed},
      {"https://exa mple.org/", UrlFault::malformed},
      {"https://example.org/a\tb", UrlFault::malformed},
      {"https://example.org/a\r\nHost: x", UrlFault::malformed},
      {"https://example.org/\x7f", UrlFault::malformed},
      {"https://example.org\0.other.org/"s, UrlFault::malformed},
      {"https://example.org/\0"s, UrlFault::malformed},
      {"https://user@example.org/", UrlFault::userinfo},
      {"https://user:password@example.org/", UrlFault::userinfo},
      {"https://@example.org/", UrlFault::userinfo},
      {"https://:@example.org/", UrlFault::userinfo},
      {"https://a@b@example.org/", UrlFault::userinfo},
      {"https://example.org%40other.org@x.org/", UrlFault::userinfo},
      {"ftp://user@example.org/", UrlFault::userinfo},
      {"https://ex%61mple.org/", UrlFault::malformed},
      {"https://example.org%2f.other.org/", UrlFault::malformed},
      {"https://%31%32%37.0.0.1/", UrlFault::malformed},
      {"https://b%C3%BCcher.example/", UrlFault::malformed},
      {"https://[fe80::1%25eth0]/", UrlFault::malformed},
      {"https://example.org:0/", UrlFault::malformed},
      {"https://example.org:65536/", UrlFault::malformed},
      {"https://example.org:99999999999999999999/", UrlFault::malformed},
      {"https://example.org:0443/", UrlFault::malformed},
      {"https://example.org:+443/", UrlFault::malformed},
      {"https://example.org:-1/", UrlFault::malformed},
      {"https://example.org:44x/", UrlFault::malformed},
      {"https://example.org:b/", UrlFault::malformed},
      {"https://example.org:80:80/", UrlFault::malformed},
      {"https://example.org:٤٤٣/", UrlFault::malformed},
      {"https://exa|mple.org/", UrlFault::malformed},
      {"https://exa[mple.org/", UrlFault::malformed},
      {"https://example.org\"/", UrlFault::malformed},
      {"https://example.org^/", UrlFault::malformed},
      {"https://example.org/\u0085", UrlFault::malformed},
      {"https://example.org/?\u2028", UrlFault::malformed},
      {"https://example.org/#\u2029", UrlFault::malformed},
      {"https://[::1/", UrlFault::malformed},
      {"https://::1/", UrlFault::malformed},
      {"https://[::1]x/", UrlFault::malformed},
      {"https://[]/", UrlFault::malformed},
      {"https://[127.0.0.1]/", UrlFault::malformed},
      {"https://[v1.fe80::a]/", UrlFault::host},
      {"ftp://example.org/", UrlFault::scheme},
      {"file:///etc/passwd", UrlFault::scheme},
      {"gopher://example.org/", UrlFault::scheme},
      {"javascript:alert(1)", UrlFault::scheme},
      {"data:text/plain,x", UrlFault::scheme},
      {"httpss://example.org/", UrlFault::scheme},
      {"https://example..org/", UrlFault::host},
      {"https://.example.org/", UrlFault::host},
      {"https://example.org../", UrlFault::host},
      {"https://./", UrlFault::host},
      {"https://-example.org/", UrlFault::host},
      {"https://example-.org/", UrlFault::host},
      {"https://example.org,other.org/", UrlFault::host},
      {"https://a!b$c.org/", UrlFault::host},
      {"https://" + std::string(64, 'a') + ".org/", UrlFault::host},
      {"https://" + std::string(253, 'a') + "/", UrlFault::host},
      {"https://xn--zzzzzz.org/", UrlFault::host},
      {"https://xn--a.org/", UrlFault::host},
      {"https://xn--.org/", UrlFault::host},
      {"https://☃.org/", UrlFault::host},
      {"https://\u200d.org/", UrlFault::host},
      {"https://ex\u2100mple.org/", UrlFault::host},            // ℀ maps to "a/c"
      {"https://example.org\uff0fother.org/", UrlFault::host},  // a full-width '/'
      {"https://example.org\uff20other.org/", UrlFault::host},  // a full-width '@'
      {"https://example.org\uff1a80/", UrlFault::host},         // a full-width ':'
      {"https://example.org\uff03/", UrlFault::host},           // a full-width '#'
      {"https://exa\u3000mple.org/", UrlFault::host},
      {"https://\xff\xfe.org/", UrlFault::host},
  };
  for (const auto& probe : probes) {
    CAPTURE(probe.text);
    const auto url = read_url(probe.text);
    REQUIRE_FALSE(url);
    CHECK(static_cast<int>(url.error().fault) == static_cast<int>(probe.fault));
    CHECK(parse_url(probe.text).error().code == ErrorCode::invalid_argument);
  }
}

TEST_CASE("2048 bytes are a URL, one more is too long, as text and as canonical spelling") {
  const std::string head = "https://example.org/";
  CHECK(parse_url(head + std::string(url_bytes_max - head.size(), 'a')));
  const Result<Url> longer = parse_url(head + std::string(url_bytes_max + 1 - head.size(), 'a'));
  REQUIRE_FALSE(longer);
  CHECK(longer.error().code == ErrorCode::too_large);
  std::string umlauts = head;
  for (int i = 0; i < 400; ++i) umlauts += "ü";  // 820 bytes, 2420 when escaped
  CHECK(parse_url(umlauts).error().code == ErrorCode::too_large);
}

TEST_CASE("a message does not repeat the bytes that it warns of") {
  const Result<Url> url = parse_url("https://example.org/\x1b[31m");
  REQUIRE_FALSE(url);
  CHECK(url.error().message.find('\x1b') == std::string::npos);
  CHECK_THAT(url.error().message, Catch::Contains("\\x1B"));
}

TEST_CASE("hosts are told apart by what a resolver would do with them") {
  const struct {
    const char* host;
    HostKind kind;
  } hosts[] = {
      {"example.org", HostKind::name},    {"1and1.org", HostKind::name},
      {"0xzz", HostKind::name},           {"127.0.0.1", HostKind::ipv4},
      {"0x7f.1", HostKind::ipv4},         {"[::1]", HostKind::ipv6},
      {"example.1", HostKind::numeric},   {"1.2.3.4.5", HostKind::numeric},
      {"1.2.3.256", HostKind::numeric},   {"09", HostKind::numeric},
      {"example.0xf", HostKind::numeric}, {"99999999999999999999999", HostKind::numeric},
  };
  for (const auto& [host, kind] : hosts) {
    CAPTURE(host);
    CHECK(static_cast<int>(host_kind(canonical_host(host).value())) == static_cast<int>(kind));
  }
}

TEST_CASE("RFC 3986 §5.4: references are resolved as the examples say") {
  const Url base = parse_url("http://a/b/c/d;p?q").value();
  const Spelling examples[] = {
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g/"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g#s", "http://a/b/c/g"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"g;x", "http://a/b/c/g;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"../../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
      {"http://b/x", "http://b/x"},
      {"ü", "http://a/b/c/%C3%BC"},
      {"//ü.de/x", "http://xn--tda.de/x"},
  };
  for (const Spelling& example : examples) {
    CAPTURE(example.text);
    const Result<Url> url = resolve_reference(base, example.text);
    REQUIRE(url);
    CHECK(url->text() == example.canonical);
  }
}

TEST_CASE("a reference that misleads a parser is refused") {
  const Url base = parse_url("https://a.org:8443/b?q").value();
  for (const std::string& text :
       {"\\\\evil.org"s, "/\\evil.org"s, "\t//evil.org"s, "//user@evil.org/"s, "///evil.org"s,
        "http:g"s, "javascript:alert(1)"s, "x\r\ny"s, "a b"s, "//e%76il.org"s, "//evil.org:b/"s,
        std::string(3000, 'a')}) {
    CAPTURE(text);
    CHECK_FALSE(resolve_reference(base, text));
  }
  CHECK(resolve_reference(base, "/x").value().text() == "https://a.org:8443/x");
}

TEST_CASE("parts from any parser become the same Url, and hostile parts an error") {
  CHECK(canonical_url({"HTTPS", "Example.ORG.", "443", "/%7ea/..", "q"}).value().text() ==
        "https://example.org/?q");
  CHECK_FALSE(canonical_url({"https", "example.org", "", "x", std::nullopt}));
  CHECK_FALSE(canonical_url({"https", "example.org/evil", "", "/", std::nullopt}));
  CHECK_FALSE(canonical_url({"https", "user@example.org", "", "/", std::nullopt}));
  CHECK_FALSE(canonical_url({"https", "example.org", "", "/a#b", std::nullopt}));
  CHECK_FALSE(canonical_url({"https", "example.org", "", "/", "a b"}));
  CHECK_FALSE(canonical_url({"", "example.org", "", "/", std::nullopt}));
}

}  // namespace
}  // namespace seekd::policy
