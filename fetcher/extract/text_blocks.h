// A page as blocks of text: headings, paragraphs, list items, table rows, code,
// quotes, captions.
//
// Pure; any thread; linear in the tree.
#pragma once

#include <cstdint>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "policy/page.h"

namespace seekd::fetcher {

struct TextBlock {
  Block block;
  std::uint32_t node = 0;      // where its text begins
  std::size_t link_bytes = 0;  // of its text, inside <a href>
};

// Blocks of the nodes that are not hidden.
std::vector<TextBlock> read_blocks(const HtmlTree& tree);

}  // namespace seekd::fetcher
