// What each element of a page holds of its blocks of text.
//
// Pure; any thread. Blocks are in document order, so that those of an element are a range, and sums
// over a range are differences of sums over all before.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/text_blocks.h"
#include "fetcher/extract/text_shape.h"

namespace seekd::fetcher {

struct BlockRange {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;

  std::uint32_t size() const { return end - begin; }
  bool operator==(const BlockRange&) const = default;
};

struct BlockSums {
  double words = 0;
  double link_words = 0;
  double prose_words = 0;  // of blocks that are sentences
  double headings = 0;     // blocks
};

class BlockSpans {
 public:
  // REQUIRES: a shape per block; blocks begin in document order.
  BlockSpans(std::span<const HtmlNode> nodes, std::span<const TextBlock> blocks,
             std::span<const TextShape> shapes);

  // The blocks that begin inside of an element.
  BlockRange range(std::uint32_t node) const { return {first_[node], first_[nodes_[node].end]}; }
  BlockSums sums(BlockRange range) const;
  BlockSums all() const { return before_.back(); }
  std::uint32_t children_with_blocks(std::uint32_t node) const { return children_[node]; }

  // The containers of a block: the ancestors that hold more blocks than what they contain of its
  // path, the innermost element for each range. 0 stands for none.
  std::uint32_t innermost_container(std::uint32_t block) const;
  std::uint32_t next_container(std::uint32_t container) const { return wider_[container]; }
  // The outermost containers of a container, itself included; the last one repeats.
  static constexpr std::size_t outer_containers = 3;
  using Outermost = std::array<std::uint32_t, outer_containers>;
  const Outermost& outermost(std::uint32_t container) const { return outermost_[container]; }
  std::uint32_t containers_around(std::uint32_t container) const { return around_[container]; }

 private:
  void add_sums(std::span<const TextShape> shapes);
  void find_containers();

  std::span<const HtmlNode> nodes_;
  std::span<const TextBlock> blocks_;
  std::vector<std::uint32_t> first_;  // the first block at or behind each node; one past the last
  std::vector<BlockSums> before_;     // of the blocks before each; last, of all
  std::vector<std::uint32_t> children_;
  std::vector<std::uint32_t> wider_;  // the nearest ancestor that holds more blocks
  std::vector<Outermost> outermost_;
  std::vector<std::uint32_t> around_;
};

double link_share(const TextBlock& block);
bool is_prose(const TextBlock& block, const TextShape& shape);

}  // namespace seekd::fetcher
