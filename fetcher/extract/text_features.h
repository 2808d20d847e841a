// Features of a block's own text, and of how it repeats what the page says elsewhere.
//
// Pure; any thread.
#pragma once

#include <algorithm>
#include <bitset>
#include <cstdint>
#include <vector>

#include "fetcher/extract/feature_table.h"
#include "fetcher/extract/metadata.h"
#include "fetcher/extract/page_text.h"

namespace seekd::fetcher {

class TextFeatures {
 public:
  TextFeatures(const PageText& page, const PageClaims& claims);

  void add(std::uint32_t block, FeatureTable& table) const;

  double title_overlap(std::uint32_t block) const { return overlap(block, title_); }

 private:
  // Most words are in no set, and are told so by a bit.
  class WordSet {
   public:
    void add(std::uint64_t word) {
      words_.push_back(word);
      seen_.set(word % seen_.size());
    }
    void sort() { std::ranges::sort(words_); }
    bool empty() const { return words_.empty(); }
    // REQUIRES: sorted.
    bool contains(std::uint64_t word) const {
      return seen_[word % seen_.size()] && std::ranges::binary_search(words_, word);
    }

   private:
    std::vector<std::uint64_t> words_;
    std::bitset<8192> seen_;
  };

  static WordSet words_in(std::string_view text);
  void add_runs(std::string_view text);
  double overlap(std::uint32_t block, const WordSet& words) const;
  double json_ld_overlap(std::uint32_t block) const;
  void count_copies();
  void add_text(std::uint32_t block, FeatureTable& table) const;
  void add_kinds(std::string_view group, const TextShape* shape, FeatureTable& table) const;
  void add_copies(std::uint32_t block, FeatureTable& table) const;

  const PageText& page_;
  WordSet title_;
  WordSet description_;
  WordSet json_ld_;                    // runs of three words of its texts
  std::vector<std::uint32_t> copies_;  // how often the block's text stands on the page
  std::vector<std::uint32_t> copies_before_;
  std::vector<const TextShape*> headings_;  // the last above each block, null for none
};

}  // namespace seekd::fetcher
