// A page as its blocks of text, with what each of them and each element holds.
//
// Immutable; any thread. It refers to the tree and the blocks that it was made of.
#pragma once

#include <span>
#include <vector>

#include "fetcher/extract/block_spans.h"
#include "fetcher/extract/element_path.h"
#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/text_blocks.h"
#include "fetcher/extract/text_shape.h"

namespace seekd::fetcher {

inline std::vector<TextShape> shapes_of(std::span<const TextBlock> blocks) {
  std::vector<TextShape> shapes;
  shapes.reserve(blocks.size());
  for (const TextBlock& block : blocks) shapes.push_back(shape_of(block.block.text));
  return shapes;
}

struct PageText {
  PageText(const HtmlTree& tree, std::span<const TextBlock> page_blocks)
      : nodes(tree.nodes()),
        blocks(page_blocks),
        shapes(shapes_of(page_blocks)),
        spans(nodes, blocks, shapes),
        all(spans.all()),
        paths(element_paths(nodes, spans)) {}

  std::uint32_t size() const { return static_cast<std::uint32_t>(blocks.size()); }
  bool is_heading(std::size_t i) const { return blocks[i].block.kind == BlockKind::heading; }

  std::span<const HtmlNode> nodes;
  std::span<const TextBlock> blocks;
  std::vector<TextShape> shapes;  // one per block
  BlockSpans spans;
  BlockSums all;                   // of the whole page
  std::vector<ElementPath> paths;  // one per node
};

}  // namespace seekd::fetcher
