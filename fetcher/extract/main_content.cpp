#include "fetcher/extract/main_content.h"

#include <algorithm>
#include <span>

#include "fetcher/extract/text_blocks.h"
#include "fetcher/extract/text_context.h"

namespace seekd::fetcher {
namespace {

// Chosen on the labelled pages that tests/ctl/extraction_test.py scores.
constexpr double link_share_max = 0.5;       // of a block of prose
constexpr std::size_t prose_bytes_min = 40;  // likewise
constexpr double menu_cost = 10;             // what a block of links counts against its element

// An element with this much of what its ancestor holds is chosen in its place.
constexpr double descend_share = 0.75;

// A page with less prose is read with its comments, then with its furniture, when those hold this
// many times more.
constexpr double thin_prose_bytes = 400;
constexpr double fuller_factor = 6;

// Content with this share of prose is an article; a block of it that is links to this share points
// to other pages.
constexpr double article_prose_share = 0.3;
constexpr double related_link_share = 0.7;

double bytes(const TextBlock& block) {
  return static_cast<double>(block.block.text.size());
}
double link_share(const TextBlock& b) {
  return static_cast<double>(b.link_bytes) / bytes(b);
}

// Prose counts by its length, links count against the element that holds them.
double score(const TextBlock& b) {
  if (b.block.kind == BlockKind::heading) return 0;
  if (link_share(b) > link_share_max) return -menu_cost;
  if (b.block.text.size() < prose_bytes_min) return 0;
  return bytes(b) - static_cast<double>(b.link_bytes);
}

double prose(std::span<const TextBlock> blocks) {
  double sum = 0;
  for (const TextBlock& b : blocks) sum += std::max(0.0, score(b));
  return sum;
}

// Only a page that has next to nothing else is read for its comments, or its furniture.
std::vector<TextBlock> read_shown_blocks(const HtmlTree& tree) {
  const std::vector<Visibility> visibility = judge_visibility(tree);
  std::vector<TextBlock> blocks = read_blocks(tree, visibility, Visibility::content);
  for (const Visibility shown : {Visibility::comments, Visibility::furniture}) {
    if (prose(blocks) >= thin_prose_bytes) break;
    std::vector<TextBlock> more = read_blocks(tree, visibility, shown);
    if (blocks.empty() || prose(more) > fuller_factor * prose(blocks)) blocks = std::move(more);
  }
  return blocks;
}

// The innermost element that still holds most of what its ancestors hold.
std::uint32_t choose_element(std::span<const HtmlNode> nodes, std::span<const TextBlock> blocks) {
  std::vector<double> before(nodes.size() + 1, 0);  // scores of the nodes before
  for (const TextBlock& b : blocks) before[b.node + 1] += score(b);
  for (std::size_t i = 0; i < nodes.size(); ++i) before[i + 1] += before[i];
  const auto sum = [&](std::uint32_t i) { return before[nodes[i].end] - before[i]; };

  std::uint32_t chosen = 0;
  for (std::uint32_t i = 1; i < nodes[chosen].end;) {
    const bool most =
        is_block_element(nodes[i].tag) && sum(i) > 0 && sum(i) >= descend_share * sum(chosen);
    if (most) chosen = i;
    i = most ? i + 1 : nodes[i].end;
  }
  return chosen;
}

}  // namespace

std::vector<Block> extract_main_content(const HtmlTree& tree) {
  std::vector<TextBlock> blocks = read_shown_blocks(tree);
  const std::uint32_t chosen = choose_element(tree.nodes(), blocks);
  std::erase_if(blocks, [&](const TextBlock& b) {
    return b.node < chosen || b.node >= tree.nodes()[chosen].end;
  });

  double all = 0;
  for (const TextBlock& b : blocks) all += bytes(b);
  const bool article = prose(blocks) > article_prose_share * all;
  std::vector<Block> content;
  for (TextBlock& b : blocks) {
    const bool related =
        article && b.block.kind != BlockKind::heading && link_share(b) > related_link_share;
    if (!related) content.push_back(std::move(b.block));
  }
  return content;
}

}  // namespace seekd::fetcher
