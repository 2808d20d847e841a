// What changed between two versions of a page: the shortest edit script over its blocks.
//
// E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1986. Past
// `edits_max` edits, where its time and memory would grow with the square, blocks that occur once
// on both sides are matched by the longest increasing subsequence instead (B. Cohen's patience
// diff): still a right script, perhaps not the shortest. Pure functions, any thread.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "cache/page_record.h"
#include "policy/page.h"

namespace seekd::cache {

struct BlockChange {
  enum class Kind : std::uint8_t { kept, removed, added };
  Kind kind = Kind::kept;
  std::size_t before = 0;  // index on the old side; of `added`: where it would stand
  std::size_t after = 0;   // index on the new side; of `removed`: where it would stand

  bool operator==(const BlockChange&) const = default;
};

// In the order of the page; of a replacement, what was removed comes first.
std::vector<BlockChange> diff_blocks(std::span<const BlockRef> before,
                                     std::span<const BlockRef> after);

}  // namespace seekd::cache
