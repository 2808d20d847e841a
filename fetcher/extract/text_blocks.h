// A page as blocks of text: headings, paragraphs, list items, table rows, code,
// quotes, captions.
//
// Pure; any thread; linear in the tree.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/visibility.h"
#include "policy/page.h"

namespace seekd::fetcher {

struct TextBlock {
  Block block;
  std::uint32_t node = 0;      // where its text begins
  std::size_t link_bytes = 0;  // of its text, inside <a href>
};

// Blocks of the nodes that are at most `shown` away from content. REQUIRES: `visibility` has one
// entry per node.
std::vector<TextBlock> read_blocks(const HtmlTree& tree, std::span<const Visibility> visibility,
                                   Visibility shown);

}  // namespace seekd::fetcher
