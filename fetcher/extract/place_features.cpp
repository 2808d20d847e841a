#include "fetcher/extract/place_features.h"

#include <array>
#include <utility>

#include "fetcher/extract/feature_math.h"
#include "fetcher/extract/text_context.h"

namespace seekd::fetcher {
namespace {

constexpr double nowhere = -99;  // a distance to what is not there

// An element with this much of what its ancestor holds is denser than it.
constexpr double descend_share = 0.75;
constexpr double menu_cost = 6;  // words that a block of links counts against its element
constexpr double prose_link_share_max = 0.5;
constexpr double prose_words_min = 7;

constexpr auto inner_names = std::to_array<std::string_view>(
    {"container 1 ", "container 2 ", "container 3 ", "container 4 ", "container 5 "});
constexpr std::array<std::string_view, BlockSpans::outer_containers> outer_names{
    "outermost 1 ", "outermost 2 ", "outermost 3 "};

constexpr auto neighbours = std::to_array<std::pair<int, std::string_view>>({{-3, "3 above "},
                                                                             {-2, "2 above "},
                                                                             {-1, "1 above "},
                                                                             {1, "1 below "},
                                                                             {2, "2 below "},
                                                                             {3, "3 below "}});
constexpr auto windows = std::to_array<std::pair<std::uint32_t, std::string_view>>(
    {{5, "within 5 "}, {15, "within 15 "}});

// Prose counts by its length, links count against the element that holds them.
double density_score(const TextBlock& block, const TextShape& shape) {
  const double links = link_share(block);
  if (block.block.kind == BlockKind::heading) return 0;
  if (links > prose_link_share_max) return -menu_cost;
  return shape.words < prose_words_min ? 0 : shape.words * (1 - links);
}

}  // namespace

PlaceFeatures::PlaceFeatures(const PageText& page, std::uint32_t title)
    : page_(page), title_(title), first_heading_(page.size()) {
  std::uint32_t heading = page.size();
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    headings_above_.push_back(heading == page.size() ? i : heading);
    if (!page.is_heading(i)) continue;
    heading = i;
    if (page.blocks[i].block.level == 1 && first_heading_ == page.size()) first_heading_ = i;
  }
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    neighbours_.push_back({.words = log1(page.shapes[i].words),
                           .link_share = link_share(page.blocks[i]),
                           .kind = static_cast<double>(page.blocks[i].block.kind),
                           .sentences = log1(page.shapes[i].sentences)});
  }
  measure_containers();
  choose_densest();
}

// Of every element that is a container of some block.
void PlaceFeatures::measure_containers() {
  constexpr std::uint32_t unmeasured = 0xFFFFFFFF;
  container_of_.assign(page_.nodes.size(), unmeasured);
  const auto measure = [this](std::uint32_t element) {
    const BlockRange range = page_.spans.range(element);
    const BlockSums sums = page_.spans.sums(range);
    container_of_[element] = static_cast<std::uint32_t>(containers_.size());
    containers_.push_back({.words = log1(sums.words),
                           .share = ratio(sums.words, page_.all.words),
                           .prose_share = ratio(sums.prose_words, page_.all.prose_words),
                           .link_share = ratio(sums.link_words, sums.words),
                           .prose = ratio(sums.prose_words, sums.words),
                           .words_per_block = log1(ratio(sums.words, range.size())),
                           .headings = ratio(sums.headings, range.size()),
                           .children = log1(page_.spans.children_with_blocks(element))});
  };
  measure(0);
  for (std::uint32_t block = 0; block < page_.size(); ++block) {
    std::uint32_t element = page_.spans.innermost_container(block);
    for (; container_of_[element] == unmeasured; element = page_.spans.next_container(element)) {
      measure(element);
    }
  }
}

// The innermost element that still holds most of the prose that its ancestors hold.
void PlaceFeatures::choose_densest() {
  const auto nodes = page_.nodes;
  std::vector<double> before(nodes.size() + 1, 0);
  for (std::uint32_t i = 0; i < page_.size(); ++i) {
    const std::uint32_t node = page_.blocks[i].node;
    const ElementPath& path = page_.paths[node];
    if (path.furniture != 0 || path.comments != 0) continue;
    before[node + 1] += density_score(page_.blocks[i], page_.shapes[i]);
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) before[i + 1] += before[i];
  const auto sum = [&](std::uint32_t i) { return before[nodes[i].end] - before[i]; };
  for (std::uint32_t i = 1; i < nodes[densest_].end;) {
    const bool most =
        is_block_element(nodes[i].tag) && sum(i) > 0 && sum(i) >= descend_share * sum(densest_);
    if (most) densest_ = i;
    i = most ? i + 1 : nodes[i].end;
  }
  densest_share_ = ratio(page_.spans.sums(page_.spans.range(densest_)).words, page_.all.words);
}

void PlaceFeatures::add(std::uint32_t block, FeatureTable& table) const {
  add_order(block, table);
  add_path(block, table);
  add_containers(block, table);
  add_neighbours(block, table);
}

void PlaceFeatures::add_order(std::uint32_t block, FeatureTable& table) const {
  const double count = page_.size();
  const double words_before = page_.spans.sums({0, block}).words;
  const auto distance = [&](std::uint32_t from) {
    return from == page_.size() ? nowhere : signed_log1(static_cast<double>(block) - from);
  };
  table.add("index share", block / count);
  table.add("index", log1(block));
  table.add("index from end", log1(count - block));
  table.add("word share before", ratio(words_before, page_.all.words));
  table.add("node share", static_cast<double>(page_.blocks[block].node) /
                              static_cast<double>(page_.nodes.size()));
  table.add("from first heading", distance(first_heading_));
  table.add("from title", distance(title_));
  table.add("words from title",
            title_ == page_.size()
                ? nowhere
                : signed_log1(words_before - page_.spans.sums({0, title_}).words));
  const std::uint32_t heading = headings_above_[block];
  table.add("from heading", heading == block ? -1 : log1(block - heading));
  table.add("heading level", heading == block ? 0 : page_.blocks[heading].block.level);
}

void PlaceFeatures::add_path(std::uint32_t block, FeatureTable& table) const {
  const std::uint32_t node = page_.blocks[block].node;
  const ElementPath& path = page_.paths[node];
  table.add("depth", path.depth);
  for (std::size_t i = 0; i < path_tags.size(); ++i) {
    table.add("in ", path_tags[i].name, path.tags[i] ? 1 : 0);
  }
  add_share("furniture ", path.furniture, table);
  add_share("comments ", path.comments, table);
  add_share("main ", path.main, table);
  const bool densest = node >= densest_ && node < page_.nodes[densest_].end && path.furniture == 0;
  table.add("in densest", densest ? 1 : 0);
  table.add("densest share", densest_share_);
}

void PlaceFeatures::add_share(std::string_view name, std::uint32_t element,
                              FeatureTable& table) const {
  const BlockSums sums = page_.spans.sums(page_.spans.range(element));
  table.add(name, "share", element == 0 ? -1 : ratio(sums.words, page_.all.words));
  table.add(name, "prose", element == 0 ? -1 : ratio(sums.prose_words, page_.all.prose_words));
}

void PlaceFeatures::add_containers(std::uint32_t block, FeatureTable& table) const {
  const std::uint32_t innermost = page_.spans.innermost_container(block);
  std::uint32_t container = innermost;
  for (const std::string_view group : inner_names) {
    add_container(group, container, block, table);
    const std::uint32_t next = page_.spans.next_container(container);
    if (next != 0) container = next;
  }
  const auto& outermost = page_.spans.outermost(innermost);
  for (std::size_t i = 0; i < outermost.size(); ++i) {
    add_container(outer_names[i], outermost[i], block, table);
  }
  table.add("containers", page_.spans.containers_around(innermost));
}

void PlaceFeatures::add_container(std::string_view group, std::uint32_t element,
                                  std::uint32_t block, FeatureTable& table) const {
  const Container& container = containers_[container_of_[element]];
  const BlockRange range = page_.spans.range(element);
  table.add(group, "words", container.words);
  table.add(group, "share", container.share);
  table.add(group, "prose share", container.prose_share);
  table.add(group, "link share", container.link_share);
  table.add(group, "prose", container.prose);
  table.add(group, "words per block", container.words_per_block);
  table.add(group, "headings", container.headings);
  table.add(group, "children", container.children);
  table.add(group, "place", ratio(block - range.begin, range.size()));
}

void PlaceFeatures::add_neighbours(std::uint32_t block, FeatureTable& table) const {
  const auto count = static_cast<std::int64_t>(page_.size());
  for (const auto& [distance, group] : neighbours) {
    const std::int64_t other = std::int64_t{block} + distance;
    const bool there = other >= 0 && other < count;
    const Neighbour neighbour =
        there ? neighbours_[static_cast<std::size_t>(other)] : Neighbour{-1, -1, -1, -1};
    table.add(group, "words", neighbour.words);
    table.add(group, "link share", neighbour.link_share);
    table.add(group, "kind", neighbour.kind);
    table.add(group, "sentences", neighbour.sentences);
  }
  for (const auto& [reach, group] : windows) {
    const BlockRange range{block > reach ? block - reach : 0,
                           std::min(block + reach + 1, page_.size())};
    const BlockSums sums = page_.spans.sums(range);
    table.add(group, "words", log1(sums.words / range.size()));
    table.add(group, "link share", ratio(sums.link_words, sums.words));
    table.add(group, "prose", ratio(sums.prose_words, sums.words));
  }
}

}  // namespace seekd::fetcher
