#include "fetcher/extract/likeness_features.h"

#include <functional>

#include "fetcher/extract/feature_math.h"

namespace seekd::fetcher {
namespace {

constexpr int tags_compared = 5;
constexpr int names_compared = 3;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return (a ^ b) * 0x9E3779B97F4A7C15 + (a >> 29);
}

}  // namespace

LikenessFeatures::LikenessFeatures(const PageText& page) : page_(page) {
  for (std::uint32_t i = 0; i < page.size(); ++i) {
    const Signature signature = signature_of(i);
    signatures_.push_back(signature);
    for (Group* group : {&same_tags_[signature.tags], &same_names_[signature.names]}) {
      ++group->blocks;
      group->words += page.shapes[i].words;
      group->link_words += page.shapes[i].words * link_share(page.blocks[i]);
    }
  }
}

LikenessFeatures::Signature LikenessFeatures::signature_of(std::uint32_t block) const {
  Signature signature;
  std::uint32_t node = page_.nodes[page_.blocks[block].node].parent;
  for (int i = 0; i < tags_compared; ++i) {
    const HtmlNode& element = page_.nodes[node];
    const auto tag = static_cast<std::uint64_t>(element.tag);
    signature.tags = mix(signature.tags, tag + 1);
    if (i < names_compared) {
      const auto name = std::hash<std::string_view>{}(attribute(element, "class"));
      signature.names = mix(signature.names, name + tag);
    }
    node = element.parent;
  }
  return signature;
}

void LikenessFeatures::add(std::uint32_t block, FeatureTable& table) const {
  add_group("same tags ", same_tags_.at(signatures_[block].tags), table);
  add_group("same names ", same_names_.at(signatures_[block].names), table);
}

void LikenessFeatures::add_group(std::string_view name, const Group& group,
                                 FeatureTable& table) const {
  table.add(name, "blocks", log1(group.blocks));
  table.add(name, "share", ratio(group.words, page_.all.words));
  table.add(name, "words per block", log1(ratio(group.words, group.blocks)));
  table.add(name, "link share", ratio(group.link_words, group.words));
}

}  // namespace seekd::fetcher
