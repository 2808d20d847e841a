#include "ctl/block_diff.h"

#include <catch2/catch.hpp>

using seekd::Block;
using seekd::BlockKind;
using seekd::ctl::diff_pages;
using seekd::ctl::to_text;

TEST_CASE("a changed block is removed and added, the others are kept", "[ctl][diff]") {
  const Block heading{BlockKind::heading, 1, "Title"};
  const auto diff = diff_pages({heading, {BlockKind::paragraph, 0, "old\x1B[2J"}},
                               {heading, {BlockKind::paragraph, 0, "new"}});
  CHECK(diff.kept == 1);
  CHECK(diff.similarity < 1);
  CHECK(to_text(diff).starts_with("- old[2J\n+ new\n1 blocks kept"));
}

TEST_CASE("equal pages have no difference", "[ctl][diff]") {
  const std::vector<Block> page{{BlockKind::paragraph, 0, "same"}};
  CHECK(diff_pages(page, page).lines.empty());
  CHECK(diff_pages(page, page).similarity == 1);
  CHECK(diff_pages({}, {}).lines.empty());
}
