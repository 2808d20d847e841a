// PageChange: what a re-fetch means. Is it the same page, the same page with noise in it, or has
// somebody edited it, and how much?
//
// Blocks are compared by page_diff.h. A replaced block whose difference is noise (noise.h) is no
// change, nor are rotating teasers under their heading. A link of the content that points elsewhere
// is one, although no word of the text differs; a link beside the content (menus, footers) is not.
// Pure functions, any thread. `seekctl diff` and PageCache::store() call the same.

#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "cache/page_diff.h"
#include "policy/page.h"

namespace seekd::cache {

enum class Extent : std::uint8_t {
  none,   // equal, block for block and link for link
  noise,  // nobody edited it: no new version
  minor,  // edited
  major,  // edited so that less than similarity_minor_min of it stayed
};
std::string_view to_string(Extent extent);

inline constexpr double similarity_minor_min = 0.85;

struct PageContent {
  std::span<const Block> blocks;
  std::span<const Link> links;
};

struct PageChange {
  Extent extent = Extent::none;
  // Of the bytes of both, the share in blocks that stayed and in words that replaced blocks kept.
  double similarity = 1.0;
  std::uint64_t changed_text_bytes = 0;  // of added blocks, and of removed ones that none replaced
  std::vector<BlockChange> script;       // from one to the other
  std::vector<Link> links_removed;       // of the content
  std::vector<Link> links_added;
};

PageChange judge_change(const PageContent& before, const PageContent& after);

}  // namespace seekd::cache
