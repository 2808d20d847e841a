#include "fetcher/url_reader.h"

#include <catch2/catch.hpp>

#include "policy/egress.h"

using namespace seekd;
using fetcher::read_url;

TEST_CASE("curl and Boost.URL give one canonical spelling of ordinary URLs") {
  for (const char* text :
       {"https://example.org", "https://example.org/", "HTTPS://EXAMPLE.org:443/a/../b",
        "https://example.org/a%2fb?q=%c3%a9#part", "https://example.org/?",
        "https://example.org:8443/x;y=1", "http://example.org/a b"}) {
    const auto by_boost = policy::parse_url(text);
    if (!by_boost) continue;
    INFO(text);
    const auto by_curl = read_url(text);
    REQUIRE(by_curl);
    CHECK(*by_curl == *by_boost);
  }
}

TEST_CASE("what curl cannot read is an error with curl's reason") {
  for (const char* text : {"", "https://", "example.org", "https://user@example.org/",
                           "https://example.org:99999/", "https://exa mple.org/"}) {
    INFO(text);
    const auto read = read_url(text);
    REQUIRE_FALSE(read);
    CHECK_THAT(read.error().message, Catch::Matchers::StartsWith("curl: "));
  }
}

TEST_CASE("a NUL byte does not end the text that curl reads") {
  CHECK_FALSE(read_url(std::string_view("https://example.org/\0.evil.example", 33)));
}

TEST_CASE("spellings that the two parsers read differently are not let through") {
  const policy::EgressPolicy policy;
  for (const char* text :
       {"http://127.0.0.3:18082\\@127.0.0.1:18080/", "https://example.org\\@127.0.0.1/",
        "https://example.org:443:80/", "https://[::1%25lo]/", "https://example.org:@127.0.0.1/",
        "https:///example.org/", "https:example.org/"}) {
    INFO(text);
    CHECK_FALSE(policy::judge_url(text, policy::Provenance::user, policy, read_url).allowed());
  }
}
