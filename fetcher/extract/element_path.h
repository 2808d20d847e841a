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
  HtmlTag tag;
  std::string_view name;
};
inline constexpr auto path_tags = std::to_array<PathTag>({
    {HtmlTag::a, "a"},
    {HtmlTag::address, "address"},
    {HtmlTag::article, "article"},
    {HtmlTag::aside, "aside"},
    {HtmlTag::blockquote, "blockquote"},
    {HtmlTag::button, "button"},
    {HtmlTag::details, "details"},
    {HtmlTag::dl, "dl"},
    {HtmlTag::figure, "figure"},
    {HtmlTag::footer, "footer"},
    {HtmlTag::form, "form"},
    {HtmlTag::header, "header"},
    {HtmlTag::label, "label"},
    {HtmlTag::li, "li"},
    {HtmlTag::main, "main"},
    {HtmlTag::nav, "nav"},
    {HtmlTag::noscript, "noscript"},
    {HtmlTag::p, "p"},
    {HtmlTag::section, "section"},
    {HtmlTag::strong, "strong"},
    {HtmlTag::table, "table"},
    {HtmlTag::time, "time"},
    {HtmlTag::ul, "ul"},
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
