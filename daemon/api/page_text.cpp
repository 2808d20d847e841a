#include "daemon/api/page_text.h"

#include <algorithm>
#include <string_view>

namespace seekd::daemon {
namespace {

// Longer than every row of backticks in the text, so that nothing in it ends the block.
std::string fence_around(std::string_view text) {
  std::size_t longest = 2, row = 0;
  for (const char c : text) {
    row = c == '`' ? row + 1 : 0;
    longest = std::max(longest, row);
  }
  return std::string(longest + 1, '`');
}

std::string each_line(std::string_view prefix, std::string_view text) {
  std::string out(prefix);
  for (const char c : text) {
    out += c;
    if (c == '\n') out += prefix;
  }
  return out;
}

std::string markdown(const Block& block) {
  switch (block.kind) {
    case BlockKind::heading:
      return std::string(block.level, '#') + ' ' + block.text;
    case BlockKind::list_item:
      return std::string(std::size_t{2} * (std::max<std::size_t>(block.level, 1) - 1), ' ') + "- " +
             block.text;
    case BlockKind::table_row:
      return "| " + block.text + " |";
    case BlockKind::code: {
      const std::string fence = fence_around(block.text);
      return fence + '\n' + block.text + '\n' + fence;
    }
    case BlockKind::quote:
      return each_line("> ", block.text);
    case BlockKind::paragraph:
    case BlockKind::caption:
      break;
  }
  return block.text;
}

bool stand_together(const Block& one, const Block& next) {
  return one.kind == next.kind &&
         (one.kind == BlockKind::list_item || one.kind == BlockKind::table_row);
}

}  // namespace

std::string markdown_text(const std::vector<Block>& blocks) {
  std::string text;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i > 0) text += stand_together(blocks[i - 1], blocks[i]) ? "\n" : "\n\n";
    text += markdown(blocks[i]);
  }
  return text;
}

}  // namespace seekd::daemon
