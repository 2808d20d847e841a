#include "policy/collection.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

#include "policy/access.h"
#include "policy/url.h"

namespace seekd::policy {
namespace {

std::string address(std::string_view collection, std::string_view path) {
  const auto made = address_in(collection, path);
  return made ? *made : std::string(to_string(made.error().code));
}

std::string canonical(std::string_view text) {
  const auto read = parse_page_address(text);
  return read ? *read : std::string(to_string(read.error().code));
}

TEST_CASE("a collection's name is of lower-case letters, digits, '-' and '_', 1 to 64 of them") {
  for (const std::string name : {"web", "handbook", "hr-2026_a", "7", "-"}) {
    CHECK(is_collection_name(name));
  }
  CHECK(is_collection_name(std::string(64, 'a')));
  CHECK_FALSE(is_collection_name(std::string(65, 'a')));
  for (const std::string name : {"", "Web", "a b", "a/b", "a.b", "a:b", "é", "a,b", "a;b"}) {
    CHECK_FALSE(is_collection_name(name));
  }
  CHECK_FALSE(is_collection_name(std::string("a\0b", 3)));
}

TEST_CASE("an address says which collection holds the page") {
  CHECK(collection_of("https://example.org/") == "web");
  CHECK(collection_of("collection:handbook/docs/vpn.md") == "handbook");
  CHECK(collection_of("collection:handbook/https://example.org/") == "handbook");
  CHECK(collection_of("collection:handbook") == "handbook");
  // Of a host or a file with that word in its name, it is the web's.
  CHECK(collection_of("https://collection/handbook") == "web");
  CHECK(collection_of("docs/collection:handbook/x") == "web");
}

TEST_CASE("a file's path becomes an address, whatever bytes its name has") {
  CHECK(address("handbook", "docs/vpn.md") == "collection:handbook/docs/vpn.md");
  CHECK(address("handbook", "Über uns/100%.md") == "collection:handbook/%C3%9Cber%20uns/100%25.md");
  CHECK(address("handbook", "a?b#c&d+e") == "collection:handbook/a%3Fb%23c%26d%2Be");
  CHECK(address("handbook", "line\nbreak\xFF") == "collection:handbook/line%0Abreak%FF");
  CHECK(address("handbook", "C:/x") == "collection:handbook/C:/x");
}

TEST_CASE("the same URL may stand in two collections") {
  CHECK(address("web", "HTTPS://Example.org:443/a/../b") == "https://example.org/b");
  CHECK(address("handbook", "https://Example.org/a/../b?q=1") ==
        "collection:handbook/https://example.org/b?q=1");
}

TEST_CASE("what would leave its folder, or is none, is no address") {
  for (const std::string path : {"", "/etc/passwd", "a//b", "a/", "./a", "a/./b", "../a", "a/..",
                                 "https://", "http://user@host/"}) {
    CHECK(address("handbook", path) == "invalid_argument");
  }
  CHECK(address("Handbook", "a") == "invalid_argument");
  CHECK(address("web", "docs/vpn.md") == "invalid_argument");
  CHECK(address("handbook", std::string(3000, 'a')) == "too_large");
  // A URL that fits by itself, and not behind the collection's name.
  const std::string url = "https://example.org/" + std::string(url_bytes_max - 20, 'a');
  CHECK(parse_url(url));
  CHECK(address("handbook", url) == "too_large");
}

TEST_CASE("an address has one canonical spelling, and it is a fixed point") {
  CHECK(canonical("collection:handbook/%64ocs/a b") == "collection:handbook/docs/a%20b");
  CHECK(canonical("collection:handbook/100%") == "collection:handbook/100%25");
  CHECK(canonical("collection:handbook/https://Example.org") ==
        "collection:handbook/https://example.org/");
  CHECK(canonical("HTTP://Example.org") == "http://example.org/");
  for (const std::string path : {"docs/vpn.md", "Über uns/100%.md", "a%2Fb", "https://x.org/?a=%2F",
                                 "%", "%%41", "a\\b", "https:x", "collection:a"}) {
    const std::string made = address("handbook", path);
    CHECK(canonical(made) == made);
    CHECK(collection_of(made) == "handbook");
  }
}

TEST_CASE("an escaped way out of the folder is no address") {
  for (const std::string text :
       {"collection:handbook", "collection:handbook/", "collection:handbook/%2E%2E/x",
        "collection:handbook/a/%2e%2e/b", "collection:handbook/a%2F..%2Fb", "collection:/x",
        "collection:Hand/x", "collection:web/x", "collection:web/https://example.org/"}) {
    CHECK(canonical(text) == "invalid_argument");
  }
}

TEST_CASE("subjects are written in five forms, and no other") {
  using Kind = Subject::Kind;
  CHECK(parse_subject("everyone") == Subject{});
  CHECK(parse_subject("uid:0") == Subject{Kind::uid, 0, ""});
  CHECK(parse_subject("gid:4294967294") == Subject{Kind::gid, 4294967294, ""});
  CHECK(parse_subject("user:alice") == Subject{Kind::user, 0, "alice"});
  CHECK(parse_subject("group:ops team") == Subject{Kind::group, 0, "ops team"});
  for (const std::string text : {"", "Everyone", "everyone ", "uid:", "uid:-1", "uid:+1", "uid:1x",
                                 "uid:4294967295", "uid:4294967296", "user:", "alice", "1001"}) {
    const auto subject = parse_subject(text);
    REQUIRE_FALSE(subject);
    CHECK(subject.error().message.contains("\"uid:1001\""));
  }
}

}  // namespace
}  // namespace seekd::policy
