#include "policy/page.h"

namespace seekd {

std::string_view to_string(BlockKind kind) {
  switch (kind) {
    case BlockKind::heading:
      return "heading";
    case BlockKind::paragraph:
      return "paragraph";
    case BlockKind::list_item:
      return "list_item";
    case BlockKind::table_row:
      return "table_row";
    case BlockKind::code:
      return "code";
    case BlockKind::quote:
      return "quote";
    case BlockKind::caption:
      return "caption";
  }
  return "paragraph";
}

std::string_view to_string(PageKind kind) {
  switch (kind) {
    case PageKind::page:
      return "page";
    case PageKind::feed:
      return "feed";
    case PageKind::sitemap:
      return "sitemap";
    case PageKind::sitemap_index:
      return "sitemap_index";
  }
  return "page";
}

std::string snapshot_text(const std::vector<Block>& blocks) {
  std::string text;
  for (const Block& block : blocks) {
    if (!text.empty()) text += '\n';
    text += block.text;
  }
  return text;
}

}  // namespace seekd
