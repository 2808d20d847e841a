// Whole characters, whatever bytes come.

#include "policy/utf8.h"

#include <string>
#include <vector>

#include <catch2/catch.hpp>

using namespace seekd::policy;

namespace {

std::vector<std::string> characters(std::string_view text) {
  std::vector<std::string> all;
  for (std::size_t i = 0; i < text.size(); i += all.back().size()) {
    all.emplace_back(character_at(text, i));
  }
  return all;
}

using Characters = std::vector<std::string>;

}  // namespace

TEST_CASE("A character is of one to four bytes") {
  CHECK(characters("a\u00e9\u4e2d\U0001f600") == Characters{"a", "\u00e9", "\u4e2d", "\U0001f600"});
  std::string_view text = "\u4e2d!";
  CHECK(take_code_point(text) == U'\u4e2d');
  CHECK(text == "!");
}

TEST_CASE("Each byte of what is not UTF-8 is a character of its own, and no code point") {
  for (const char* const given :
       {"\x80", "\xc3", "\xe4\xb8", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80", "\xff"}) {
    const std::string bytes = given;
    Characters expected;
    for (const char byte : bytes) expected.emplace_back(1, byte);
    expected.emplace_back("a");
    CHECK(characters(bytes + "a") == expected);
    std::string_view text = bytes;
    CHECK_FALSE(take_code_point(text));
  }
}

TEST_CASE("A text is cut between two characters") {
  const std::string text = "a\u00e9\u4e2d\U0001f600";  // ends at 1, 3, 6, 10
  const std::vector<std::size_t> kept = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10};
  for (std::size_t bytes = 0; bytes < kept.size(); ++bytes) {
    CHECK(first_bytes(text, bytes) == text.substr(0, kept[bytes]));
  }
  CHECK(first_bytes(std::string(20, '\x80'), 10).size() == 10);
  CHECK(first_bytes("", 10).empty());
}
