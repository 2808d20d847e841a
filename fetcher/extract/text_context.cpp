#include "fetcher/extract/text_context.h"

#include <algorithm>

namespace seekd::fetcher {
namespace {

constexpr std::uint8_t list_level_max = 20;
constexpr std::size_t data_cell_bytes_max = 1000;

std::uint8_t heading_level(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_H1:
      return 1;
    case GUMBO_TAG_H2:
      return 2;
    case GUMBO_TAG_H3:
      return 3;
    case GUMBO_TAG_H4:
      return 4;
    case GUMBO_TAG_H5:
      return 5;
    case GUMBO_TAG_H6:
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
    const GumboTag tag = nodes[i].tag;
    if (tag == GUMBO_TAG_TABLE || heading_level(tag) != 0) return true;
    cell_bytes += nodes[i].text.size();
    if (cell_bytes > data_cell_bytes_max) return true;
    if (tag == GUMBO_TAG_TD || tag == GUMBO_TAG_TH) {
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
  if (node.tag == GUMBO_TAG_A && has_attribute(node, "href")) context.in_link = true;
  if (context.whole != 0) return context;
  switch (node.tag) {
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
      context.list_depth = std::min<std::uint8_t>(context.list_depth + 1, list_level_max);
      break;
    case GUMBO_TAG_LI:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
      become(context, BlockKind::list_item, std::max<std::uint8_t>(context.list_depth, 1));
      break;
    case GUMBO_TAG_BLOCKQUOTE:
      become(context, BlockKind::quote);
      break;
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_CAPTION:
      become(context, BlockKind::caption);
      break;
    case GUMBO_TAG_PRE:
      become_whole(context, BlockKind::code, index);
      break;
    case GUMBO_TAG_TABLE:
      context.in_layout_table = is_layout_table(nodes, index);
      break;
    case GUMBO_TAG_TR:
      if (!context.in_layout_table) become_whole(context, BlockKind::table_row, index);
      break;
    default:
      if (const std::uint8_t level = heading_level(node.tag); level != 0)
        become(context, BlockKind::heading, level);
      break;
  }
  return context;
}

bool is_block_element(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_ABBR:
    case GUMBO_TAG_ACRONYM:
    case GUMBO_TAG_B:
    case GUMBO_TAG_BDI:
    case GUMBO_TAG_BDO:
    case GUMBO_TAG_BIG:
    case GUMBO_TAG_CITE:
    case GUMBO_TAG_CODE:
    case GUMBO_TAG_DATA:
    case GUMBO_TAG_DEL:
    case GUMBO_TAG_DFN:
    case GUMBO_TAG_EM:
    case GUMBO_TAG_FONT:
    case GUMBO_TAG_I:
    case GUMBO_TAG_IMG:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_INS:
    case GUMBO_TAG_KBD:
    case GUMBO_TAG_LABEL:
    case GUMBO_TAG_MARK:
    case GUMBO_TAG_NOBR:
    case GUMBO_TAG_Q:
    case GUMBO_TAG_RP:
    case GUMBO_TAG_RT:
    case GUMBO_TAG_RUBY:
    case GUMBO_TAG_S:
    case GUMBO_TAG_SAMP:
    case GUMBO_TAG_SMALL:
    case GUMBO_TAG_SPAN:
    case GUMBO_TAG_STRIKE:
    case GUMBO_TAG_STRONG:
    case GUMBO_TAG_SUB:
    case GUMBO_TAG_SUP:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_TIME:
    case GUMBO_TAG_TT:
    case GUMBO_TAG_U:
    case GUMBO_TAG_UNKNOWN:
    case GUMBO_TAG_VAR:
    case GUMBO_TAG_WBR:
      return false;
    default:
      return true;
  }
}

}  // namespace seekd::fetcher
