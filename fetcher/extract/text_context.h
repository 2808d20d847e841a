// What the text of a node is, by the elements around it: of which kind of block, in a link, in a
// table row.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>

#include "fetcher/extract/html_tree.h"
#include "policy/page.h"

namespace seekd::fetcher {

struct TextContext {
  BlockKind kind = BlockKind::paragraph;
  std::uint8_t level = 0;  // as Block::level
  std::uint8_t list_depth = 0;
  bool in_link = false;
  bool in_layout_table = false;  // of the innermost table
  // The table row or <pre> that is one block, however it is built inside; 0, the root's index, for
  // none.
  std::uint32_t whole = 0;
};

// The context inside the element `nodes[index]`, which stands in `around`.
TextContext enter_element(std::span<const HtmlNode> nodes, std::uint32_t index, TextContext around);

// Does the element begin a new line of its own?
bool is_block_element(HtmlTag tag);

}  // namespace seekd::fetcher
