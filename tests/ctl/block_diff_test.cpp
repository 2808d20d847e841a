#include "ctl/block_diff.h"

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::ctl::diff_pages;
using seekd::ctl::to_text;

TEST_CASE("a changed block is removed and added, the others are kept", "[ctl][diff]") {
  const Block heading{BlockKind::heading, 1, "Title"};
  const std::vector<Block> before{heading, {BlockKind::paragraph, 0, "old\x1B[2J"}};
  const std::vector<Block> after{heading, {BlockKind::paragraph, 0, "new"}};
  const auto diff = diff_pages({before, {}}, {after, {}});
  CHECK(diff.kept == 1);
  CHECK(diff.change.similarity < 1);
  CHECK(to_text(diff).starts_with("- old[2J\n+ new\n1 blocks kept"));
}

TEST_CASE("equal pages have no difference", "[ctl][diff]") {
  const std::vector<Block> page{{BlockKind::paragraph, 0, "same"}};
  CHECK(diff_pages({page, {}}, {page, {}}).lines.empty());
  CHECK(diff_pages({page, {}}, {page, {}}).change.similarity == 1);
  CHECK(diff_pages({}, {}).lines.empty());
}

TEST_CASE("what a store would write is each new block once, of noise too", "[ctl][diff]") {
  const std::vector<Block> before{{BlockKind::paragraph, 0, "same"},
                                  {BlockKind::paragraph, 0, "12 comments"}};
  std::vector<Block> after{{BlockKind::paragraph, 0, "same"},
                           {BlockKind::paragraph, 0, "13 comments"}};
  CHECK(diff_pages({before, {}}, {before, {}}).written_bytes == 0);
  CHECK(diff_pages({before, {}}, {after, {}}).written_bytes == 11);
  for (int i = 0; i < 2; ++i) after.push_back({BlockKind::paragraph, 0, "twice"});
  CHECK(diff_pages({before, {}}, {after, {}}).written_bytes == 11 + 5);
}
