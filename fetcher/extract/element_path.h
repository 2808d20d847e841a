// What stands around each node of a page: the tags and the furniture on its path from the root.
//
// Pure; any thread; linear in the tree.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "fetcher/extract/block_spans.h"
#include "fetcher/extract/html_tree.h"

namespace seekd::fetcher {

// The tags that are told apart on a path, with their names as features.
struct PathTag {
  GumboTag tag;
  std::string_view name;
};
inline constexpr auto path_tags = std::to_array<PathTag>({
    {GUMBO_TAG_A, "a"},
    {GUMBO_TAG_ADDRESS, "address"},
    {GUMBO_TAG_ARTICLE, "article"},
    {GUMBO_TAG_ASIDE, "aside"},
    {GUMBO_TAG_BLOCKQUOTE, "blockquote"},
    {GUMBO_TAG_BUTTON, "button"},
    {GUMBO_TAG_DETAILS, "details"},
    {GUMBO_TAG_DL, "dl"},
    {GUMBO_TAG_FIGURE, "figure"},
    {GUMBO_TAG_FOOTER, "footer"},
    {GUMBO_TAG_FORM, "form"},
    {GUMBO_TAG_HEADER, "header"},
    {GUMBO_TAG_LABEL, "label"},
    {GUMBO_TAG_LI, "li"},
    {GUMBO_TAG_MAIN, "main"},
    {GUMBO_TAG_NAV, "nav"},
    {GUMBO_TAG_NOSCRIPT, "noscript"},
    {GUMBO_TAG_P, "p"},
    {GUMBO_TAG_SECTION, "section"},
    {GUMBO_TAG_STRONG, "strong"},
    {GUMBO_TAG_TABLE, "table"},
    {GUMBO_TAG_TIME, "time"},
    {GUMBO_TAG_UL, "ul"},
});

struct ElementPath {
  std::bitset<path_tags.size()> tags;
  std::uint32_t furniture = 0;  // the outermost element that is furniture by its name; 0 for none
  std::uint32_t comments = 0;   // likewise, readers' comments
  std::uint32_t main = 0;       // the innermost <main>, <article> or element of such a role or name
  std::uint16_t depth = 0;
  bool consent = false;  // in an element that asks for consent to cookies
};

// One per node.
std::vector<ElementPath> element_paths(std::span<const HtmlNode> nodes, const BlockSpans& spans);

}  // namespace seekd::fetcher
