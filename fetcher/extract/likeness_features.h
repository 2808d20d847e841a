// Features of the blocks that stand in elements like a block's own: the items of a list, the posts
// of a discussion, the paragraphs of an article.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "fetcher/extract/feature_table.h"
#include "fetcher/extract/page_text.h"

namespace seekd::fetcher {

class LikenessFeatures {
 public:
  explicit LikenessFeatures(const PageText& page);

  void add(std::uint32_t block, FeatureTable& table) const;

 private:
  struct Group {
    double blocks = 0;
    double words = 0;
    double link_words = 0;
  };
  using Groups = std::unordered_map<std::uint64_t, Group>;

  // Of the elements around a block, the innermost first.
  struct Signature {
    std::uint64_t tags = 0;
    std::uint64_t names = 0;  // tags and classes
  };

  Signature signature_of(std::uint32_t block) const;
  void add_group(std::string_view name, const Group& group, FeatureTable& table) const;

  const PageText& page_;
  std::vector<Signature> signatures_;
  Groups same_tags_;
  Groups same_names_;
};

}  // namespace seekd::fetcher
