// Features of where a block stands: in the order of the page, in its elements, beside which others.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fetcher/extract/feature_table.h"
#include "fetcher/extract/page_text.h"

namespace seekd::fetcher {

class PlaceFeatures {
 public:
  // `title`: the block that is most like the page's title; the number of blocks where none is.
  PlaceFeatures(const PageText& page, std::uint32_t title);

  void add(std::uint32_t block, FeatureTable& table) const;

 private:
  void choose_densest();
  void add_order(std::uint32_t block, FeatureTable& table) const;
  void add_path(std::uint32_t block, FeatureTable& table) const;
  void add_share(std::string_view name, std::uint32_t element, FeatureTable& table) const;
  void add_containers(std::uint32_t block, FeatureTable& table) const;
  void measure_containers();
  void add_container(std::string_view group, std::uint32_t element, std::uint32_t block,
                     FeatureTable& table) const;
  void add_neighbours(std::uint32_t block, FeatureTable& table) const;

  // What the blocks of an element have in common, and a block with its neighbours: computed once.
  struct Container {
    double words, share, prose_share, link_share, prose, words_per_block, headings, children;
  };
  struct Neighbour {
    double words, link_share, kind, sentences;
  };

  const PageText& page_;
  std::vector<Neighbour> neighbours_;        // each block as one
  std::vector<Container> containers_;        // the first for no element
  std::vector<std::uint32_t> container_of_;  // of each node, in containers_
  std::uint32_t title_;
  std::uint32_t first_heading_;                // of level 1; the number of blocks where none is
  std::vector<std::uint32_t> headings_above_;  // of each block; itself where none is
  std::uint32_t densest_ = 0;                  // the element that is most of the page's prose
  double densest_share_ = 0;
};

}  // namespace seekd::fetcher
