#include "fetcher/broker/search_keys.h"

#include <catch2/catch.hpp>

#include "tests/fetcher/key_folder.h"

using namespace seekd;
using namespace seekd::fetcher;

namespace {

policy::SearchProvider provider(std::filesystem::path key_file) {
  policy::SearchProvider provider;
  provider.name = "brave";
  provider.kind = policy::SearchKind::brave;
  provider.url = "https://api.example.org/search";
  provider.key_file = std::move(key_file);
  provider.key_header = "X-Subscription-Token";
  return provider;
}

const policy::Url its_own{"https", "api.example.org", 443, "/search?q=a"};

}  // namespace

TEST_CASE("a key goes to its provider's host, over https, and nowhere else") {
  const KeyFolder folder;
  const auto brave = provider(folder.write("key", "abc 123\n", 0600));
  const auto keys = SearchKeys::load(std::span(&brave, 1), "");
  REQUIRE(keys);
  CHECK(keys->field_for(brave, its_own) == "X-Subscription-Token: abc 123");
  CHECK(keys->field_for(brave, {"http", "api.example.org", 443, "/"}).empty());
  CHECK(keys->field_for(brave, {"https", "api.example.org", 8443, "/"}).empty());
  CHECK(keys->field_for(brave, {"https", "www.example.org", 443, "/"}).empty());
  auto other = brave;
  other.name = "other";
  CHECK(keys->field_for(other, its_own).empty());
}

TEST_CASE("a key that others may read, or that could end its header, is refused") {
  const KeyFolder folder;
  const auto refused = [&](const std::filesystem::path& file) {
    const auto brave = provider(file);
    return !SearchKeys::load(std::span(&brave, 1), "").has_value();
  };
  CHECK(refused(folder.write("open", "abc", 0644)));
  CHECK(refused(folder.write("lines", "abc\nX-Other: 1", 0600)));
  CHECK(refused(folder.write("control", "a\x01", 0600)));
  CHECK(refused(folder.write("empty", "\n", 0600)));
  CHECK(refused(folder.write("long", std::string(1000, 'a'), 0600)));
  CHECK(refused("/nonexistent/key"));
  CHECK_FALSE(refused(folder.write("good", "abc\r\n", 0400)));
}

TEST_CASE("a provider without a key_file has systemd's credential, where there is one") {
  const KeyFolder folder;
  const auto brave = provider("");
  folder.write("search-key-brave", "of systemd", 0400);
  const auto keys = SearchKeys::load(std::span(&brave, 1), folder.path());
  REQUIRE(keys);
  CHECK(keys->field_for(brave, its_own) == "X-Subscription-Token: of systemd");
  CHECK(SearchKeys::load(std::span(&brave, 1), "")->field_for(brave, its_own).empty());
}
