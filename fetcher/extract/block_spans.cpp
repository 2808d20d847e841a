#include "fetcher/extract/block_spans.h"

#include <algorithm>

namespace seekd::fetcher {
namespace {

constexpr double prose_words_min = 8;
constexpr double prose_link_share_max = 0.5;

}  // namespace

double link_share(const TextBlock& block) {
  return static_cast<double>(block.link_bytes) / static_cast<double>(block.block.text.size());
}

bool is_prose(const TextBlock& block, const TextShape& shape) {
  return block.block.kind != BlockKind::heading && shape.words >= prose_words_min &&
         shape.sentences > 0 && link_share(block) <= prose_link_share_max;
}

BlockSpans::BlockSpans(std::span<const HtmlNode> nodes, std::span<const TextBlock> blocks,
                       std::span<const TextShape> shapes)
    : nodes_(nodes),
      blocks_(blocks),
      first_(nodes.size() + 1),
      before_(blocks.size() + 1),
      children_(nodes.size()),
      wider_(nodes.size()),
      outermost_(nodes.size()),
      around_(nodes.size()) {
  std::uint32_t block = 0;
  for (std::uint32_t node = 0; node <= nodes.size(); ++node) {
    while (block < blocks.size() && blocks[block].node < node) ++block;
    first_[node] = block;
  }
  add_sums(shapes);
  find_containers();
}

void BlockSpans::add_sums(std::span<const TextShape> shapes) {
  for (std::size_t i = 0; i < blocks_.size(); ++i) {
    const double words = shapes[i].words;
    BlockSums& sums = before_[i + 1];
    sums = before_[i];
    sums.words += words;
    sums.link_words += words * link_share(blocks_[i]);
    if (is_prose(blocks_[i], shapes[i])) sums.prose_words += words;
    if (blocks_[i].block.kind == BlockKind::heading) ++sums.headings;
  }
}

// In document order, so that what is around an element is known before it.
void BlockSpans::find_containers() {
  for (std::uint32_t node = 1; node < nodes_.size(); ++node) {
    const BlockRange here = range(node);
    if (here.size() == 0) continue;
    const std::uint32_t parent = nodes_[node].parent;
    ++children_[parent];
    const bool wider = parent != 0 && range(parent).size() > here.size();
    wider_[node] = wider ? parent : wider_[parent];
    const std::uint32_t around = wider_[node];
    around_[node] = around == 0 ? 0 : around_[around] + 1;
    outermost_[node] = outermost_[around];
    const std::size_t place = std::min<std::size_t>(around_[node], outer_containers);
    for (std::size_t i = place; i < outer_containers; ++i) outermost_[node][i] = node;
  }
}

std::uint32_t BlockSpans::innermost_container(std::uint32_t block) const {
  const std::uint32_t around = nodes_[blocks_[block].node].parent;
  return range(around).size() > 1 ? around : wider_[around];
}

BlockSums BlockSpans::sums(BlockRange range) const {
  const BlockSums& a = before_[range.begin];
  const BlockSums& b = before_[range.end];
  return {b.words - a.words, b.link_words - a.link_words, b.prose_words - a.prose_words,
          b.headings - a.headings};
}

}  // namespace seekd::fetcher
