#include "policy/api_key.h"

#include <catch2/catch.hpp>

namespace seekd::policy {
namespace {

using namespace std::chrono_literals;

const std::array<std::uint8_t, key_bytes> random_bytes{1, 2, 0xff};
const std::string key = api_key_text(random_bytes);

std::string line_of(std::string_view name, std::string_view roles, std::string_view day) {
  return std::string(name) + ' ' + std::string(64, 'a') + ' ' + std::string(roles) + ' ' +
         std::string(day);
}

TEST_CASE("a key can be recognised, and its hash is of its whole text") {
  CHECK(key.starts_with("seekd_0102ff"));
  CHECK(key.size() == 70);
  REQUIRE(hash_of_api_key(key));
  // sha256sum of that text
  const ApiKey known{"a", *hash_of_api_key(key), {"reader"}, std::nullopt};
  CHECK(to_line(known) ==
        "a aa247879790072aa631dcd51a92328f28e3583c93c1869760f8b4bc321031c7a reader never");
}

TEST_CASE("what is no key has no hash") {
  std::string other = key;
  other.back() = 'G';
  for (const std::string& text : {std::string(), std::string("seekd_"), key + "0", key.substr(1),
                                  other, "x" + key, key.substr(0, 69), "sk-" + key.substr(6)}) {
    INFO(text);
    CHECK_FALSE(hash_of_api_key(text));
  }
}

TEST_CASE("a line is read as it is written") {
  ApiKey written{"alice@example.org",
                 *hash_of_api_key(key),
                 {"reader", "auditor"},
                 std::chrono::sys_days(2026y / 12 / 31)};
  const auto read = parse_api_keys("# ours\n\n" + to_line(written) + "\r\n");
  REQUIRE(read);
  CHECK(*read == std::vector{written});
  written.last_day.reset();
  CHECK(*parse_api_keys(to_line(written)) == std::vector{written});
  CHECK(parse_api_keys("")->empty());
}

TEST_CASE("a line that says something else is refused by its number") {
  const std::string good = line_of("a", "reader", "never");
  REQUIRE(parse_api_keys(good));
  for (const std::string& bad :
       {line_of("a", "", "never"), line_of("", "reader", "never"),
        line_of("a b", "reader", "never"), line_of("a", "reader", ""),
        line_of("a", "reader", "2026-02-30"), line_of("a", "reader", "2026-2-03"),
        line_of("a", "reader", "-026-12-03"), line_of("a", "reader,,x", "never"),
        line_of("a", "reader", "never "), line_of("a", "reader", "never x"),
        "a " + std::string(63, 'a') + " reader never",
        "a " + std::string(64, 'A') + " reader never", std::string("a")}) {
    INFO(bad);
    const auto read = parse_api_keys(good + "\n" + bad + "\n");
    REQUIRE_FALSE(read);
    CHECK(read.error().message.starts_with("line 2 "));
  }
}

}  // namespace
}  // namespace seekd::policy
