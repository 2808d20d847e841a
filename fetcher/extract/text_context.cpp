#include "fetcher/extract/text_context.h"

#include <algorithm>

namespace seekd::fetcher {
namespace {

constexpr std::uint8_t list_level_max = 20;
constexpr std::size_t data_cell_bytes_max = 1000;

std::uint8_t heading_level(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::h1:
      return 1;
    case HtmlTag::h2:
      return 2;
    case HtmlTag::h3:
      return 3;
    case HtmlTag::h4:
      return 4;
    case HtmlTag::h5:
      return 5;
    case HtmlTag::h6:
      return 6;
    default:
      return 0;
  }
}

// A table that lays out a page: it holds another table, headings or long texts, or has no row of
// two cells.
bool is_layout_table(std::span<const HtmlNode> nodes, std::uint32_t table) {
  bool two_cells = false;
  std::size_t cell_bytes = 0;
  for (std::uint32_t i = table + 1; i < nodes[table].end; ++i) {
    const HtmlTag tag = nodes[i].tag;
    if (tag == HtmlTag::table || heading_level(tag) != 0) return true;
    cell_bytes += nodes[i].text.size();
    if (cell_bytes > data_cell_bytes_max) return true;
    if (tag == HtmlTag::td || tag == HtmlTag::th) {
      const bool followed = nodes[i].end < nodes[nodes[i].parent].end;
      two_cells = two_cells || followed;
      cell_bytes = 0;
    }
  }
  return !two_cells;
}

void become(TextContext& context, BlockKind kind, std::uint8_t level = 0) {
  context.kind = kind;
  context.level = level;
}

void become_whole(TextContext& context, BlockKind kind, std::uint32_t index) {
  become(context, kind);
  context.whole = index;
}

}  // namespace

TextContext enter_element(std::span<const HtmlNode> nodes, std::uint32_t index,
                          TextContext around) {
  TextContext context = around;
  const HtmlNode& node = nodes[index];
  if (node.tag == HtmlTag::a && has_attribute(node, "href")) context.in_link = true;
  if (context.whole != 0) return context;
  switch (node.tag) {
    case HtmlTag::ul:
    case HtmlTag::ol:
    case HtmlTag::dl:
      context.list_depth = std::min<std::uint8_t>(context.list_depth + 1, list_level_max);
      break;
    case HtmlTag::li:
    case HtmlTag::dt:
    case HtmlTag::dd:
      become(context, BlockKind::list_item, std::max<std::uint8_t>(context.list_depth, 1));
      break;
    case HtmlTag::blockquote:
      become(context, BlockKind::quote);
      break;
    case HtmlTag::figcaption:
    case HtmlTag::caption:
      become(context, BlockKind::caption);
      break;
    case HtmlTag::pre:
      become_whole(context, BlockKind::code, index);
      break;
    case HtmlTag::table:
      context.in_layout_table = is_layout_table(nodes, index);
      break;
    case HtmlTag::tr:
      if (!context.in_layout_table) become_whole(context, BlockKind::table_row, index);
      break;
    default:
      if (const std::uint8_t level = heading_level(node.tag); level != 0)
        become(context, BlockKind::heading, level);
      break;
  }
  return context;
}

bool is_block_element(HtmlTag tag) {
  switch (tag) {
    case HtmlTag::a:
    case HtmlTag::abbr:
    case HtmlTag::acronym:
    case HtmlTag::b:
    case HtmlTag::bdi:
    case HtmlTag::bdo:
    case HtmlTag::big:
    case HtmlTag::cite:
    case HtmlTag::code:
    case HtmlTag::data:
    case HtmlTag::del:
    case HtmlTag::dfn:
    case HtmlTag::em:
    case HtmlTag::font:
    case HtmlTag::i:
    case HtmlTag::img:
    case HtmlTag::input:
    case HtmlTag::ins:
    case HtmlTag::kbd:
    case HtmlTag::label:
    case HtmlTag::mark:
    case HtmlTag::nobr:
    case HtmlTag::q:
    case HtmlTag::rp:
    case HtmlTag::rt:
    case HtmlTag::ruby:
    case HtmlTag::s:
    case HtmlTag::samp:
    case HtmlTag::small:
    case HtmlTag::span:
    case HtmlTag::strike:
    case HtmlTag::strong:
    case HtmlTag::sub:
    case HtmlTag::sup:
    case HtmlTag::svg:
    case HtmlTag::time:
    case HtmlTag::tt:
    case HtmlTag::u:
    case HtmlTag::unknown:
    case HtmlTag::var:
    case HtmlTag::wbr:
      return false;
    default:
      return true;
  }
}

}  // namespace seekd::fetcher
