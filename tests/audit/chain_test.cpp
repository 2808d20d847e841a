#include "audit/chain.h"

#include <vector>

#include <catch2/catch.hpp>

namespace seekd::audit {
namespace {

Key key_of(std::uint8_t byte) {
  Key key{};
  key.fill(byte);
  return key;
}

std::vector<std::string> three_lines() {
  Chain chain(key_of(1));
  return {chain.append(R"({"event":"started"})"), chain.append(R"({"event":"request"})"),
          chain.append(R"({"event":"stopped"})")};
}

std::string why_not(const std::vector<std::string>& lines, std::uint8_t key = 1) {
  Chain chain(key_of(key));
  for (const std::string& line : lines) {
    const auto followed = chain.follow(line);
    if (!followed) return followed.error().message;
  }
  return "";
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != message.npos;
}

}  // namespace

TEST_CASE("lines as they were written are followed, and give their JSON") {
  const auto lines = three_lines();
  CHECK(why_not(lines).empty());
  Chain chain(key_of(1));
  CHECK(chain.follow(lines[0]).value() == R"({"event":"started"})");
  CHECK(chain.head().sequence == 1);
}

TEST_CASE("a code is HMAC-SHA256 of the code before, the sequence and the JSON") {
  // Computed with Python's hmac: key 01 × 32, message 00 × 32 + b'1 {}'.
  Chain chain(key_of(1));
  CHECK(chain.append("{}") ==
        "1 5534f91a129a7863f0cf1dfe9332e61a32b1acf86591c89f643e1c3d650c0108 {}");
}

TEST_CASE("every change of one byte in any line is found") {
  const auto lines = three_lines();
  for (std::size_t which = 0; which < lines.size(); ++which) {
    for (std::size_t at = 0; at < lines[which].size(); ++at) {
      auto changed = lines;
      changed[which][at] = static_cast<char>(changed[which][at] ^ 1);
      INFO("line " << which << ", byte " << at);
      CHECK_FALSE(why_not(changed).empty());
    }
  }
}

TEST_CASE("lines taken out, put in twice, or in another order are found") {
  const auto lines = three_lines();
  CHECK(says(why_not({lines[0], lines[2]}), "record 3, so records were taken out"));
  CHECK(says(why_not({lines[1], lines[2]}), "where record 1 should stand"));
  CHECK(says(why_not({lines[0], lines[0], lines[1]}), "where record 2 should stand: record 1"));
  CHECK(says(why_not({lines[0], lines[2], lines[1]}), "record 3"));
}

TEST_CASE("a line renumbered to fill a gap is found by its code") {
  auto lines = three_lines();
  lines[2][0] = '2';
  CHECK(says(why_not({lines[0], lines[2]}), "a record that was changed"));
}

TEST_CASE("a log that was written with another key is not believed") {
  CHECK(says(why_not(three_lines(), 2), "another key"));
}

TEST_CASE("what is no line of a log is said to be none") {
  const std::vector<std::string> none = {"",
                                         "1",
                                         "1 ",
                                         "x y z",
                                         "01 " + three_lines()[0].substr(2),
                                         "-1 {}",
                                         "18446744073709551616 00 {}"};
  for (const std::string& line : none) {
    INFO(line);
    CHECK(says(why_not({line}), "a line that is none of an audit log"));
  }
}

TEST_CASE("a sealed head opens with its key alone, and as it was written alone") {
  Chain chain(key_of(1));
  chain.append("{}");
  std::string sealed = sealed_head(chain.head(), key_of(1));
  CHECK(open_sealed_head(sealed, key_of(1)).value() == chain.head());
  CHECK_FALSE(open_sealed_head(sealed, key_of(2)).has_value());
  CHECK_FALSE(open_sealed_head("", key_of(1)).has_value());
  sealed[0] = '2';
  CHECK_FALSE(open_sealed_head(sealed, key_of(1)).has_value());
}

}  // namespace seekd::audit
