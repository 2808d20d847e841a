// What changed between two sequences of blocks.

#include "cache/page_diff.h"

#include <random>

#include <catch2/catch.hpp>

using namespace seekd;
using namespace seekd::cache;

namespace {

std::vector<BlockRef> refs(const std::vector<std::string>& texts) {
  std::vector<BlockRef> blocks;
  blocks.reserve(texts.size());
  for (const std::string& text : texts) {
    blocks.push_back({hash_text(text), static_cast<std::uint32_t>(text.size())});
  }
  return blocks;
}

std::vector<BlockRef> letters(std::string_view text) {
  std::vector<std::string> texts;
  for (char letter : text) texts.emplace_back(1, letter);
  return refs(texts);
}

// "=a-b+c" for kept a, removed b, added c.
std::string script(std::string_view before, std::string_view after) {
  std::string text;
  for (const BlockChange& change : diff_blocks(letters(before), letters(after))) {
    switch (change.kind) {
      case BlockChange::Kind::kept:
        (text += '=') += before[change.before];
        break;
      case BlockChange::Kind::removed:
        (text += '-') += before[change.before];
        break;
      case BlockChange::Kind::added:
        (text += '+') += after[change.after];
        break;
    }
  }
  return text;
}

// Applies the script: it must lead from one side to the other.
void require_right(const std::vector<BlockRef>& before, const std::vector<BlockRef>& after) {
  std::size_t i = 0;
  std::size_t j = 0;
  for (const BlockChange& change : diff_blocks(before, after)) {
    REQUIRE(change.before == i);
    REQUIRE(change.after == j);
    if (change.kind == BlockChange::Kind::kept) REQUIRE(before[i] == after[j]);
    if (change.kind != BlockChange::Kind::added) ++i;
    if (change.kind != BlockChange::Kind::removed) ++j;
  }
  REQUIRE(i == before.size());
  REQUIRE(j == after.size());
}

std::size_t kept_blocks(const std::vector<BlockRef>& before, const std::vector<BlockRef>& after) {
  std::size_t kept = 0;
  for (const BlockChange& change : diff_blocks(before, after)) {
    kept += change.kind == BlockChange::Kind::kept ? 1 : 0;
  }
  return kept;
}

// The textbook's quadratic table.
std::size_t longest_common(const std::vector<BlockRef>& a, const std::vector<BlockRef>& b) {
  std::vector<std::vector<std::size_t>> table(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < b.size(); ++j) {
      table[i + 1][j + 1] =
          a[i] == b[j] ? table[i][j] + 1 : std::max(table[i][j + 1], table[i + 1][j]);
    }
  }
  return table[a.size()][b.size()];
}

}  // namespace

TEST_CASE("Small changes are told as they are") {
  CHECK(script("", "").empty());
  CHECK(script("abc", "abc") == "=a=b=c");
  CHECK(script("", "ab") == "+a+b");
  CHECK(script("ab", "") == "-a-b");
  CHECK(script("abc", "axc") == "=a-b+x=c");
  CHECK(script("abc", "bcd") == "-a=b=c+d");
  CHECK(script("aab", "ab").size() == 6);
}

TEST_CASE("Myers, 1986: the example of the paper takes five edits") {
  CHECK(kept_blocks(letters("abcabba"), letters("cbabac")) == 4);
  require_right(letters("abcabba"), letters("cbabac"));
}

TEST_CASE("The script is right and the shortest for any two short sequences") {
  std::mt19937 random(1);
  for (int round = 0; round < 500; ++round) {
    const auto draw = [&] {
      std::string text;
      for (std::size_t size = random() % 20; size > 0; --size) {
        text += static_cast<char>('a' + random() % 4);
      }
      return letters(text);
    };
    const std::vector<BlockRef> before = draw();
    const std::vector<BlockRef> after = draw();
    require_right(before, after);
    CHECK(kept_blocks(before, after) == longest_common(before, after));
  }
}

TEST_CASE("Two pages of 20,000 blocks with nothing, or with every tenth, in common take no time") {
  std::vector<std::string> before;
  std::vector<std::string> after;
  for (int i = 0; i < 20'000; ++i) {
    before.push_back("old " + std::to_string(i));
    after.push_back(i % 10 == 0 ? before.back() : "new " + std::to_string(i));
  }
  require_right(refs(before), refs(after));
  CHECK(kept_blocks(refs(before), refs(after)) == 2'000);
  CHECK(kept_blocks(refs(before), refs(std::vector<std::string>(20'000, "x"))) == 0);
}
