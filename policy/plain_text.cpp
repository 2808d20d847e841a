#include "policy/plain_text.h"

#include <algorithm>
#include <string>

#include "policy/page_text_guard.h"
#include "policy/trimmed.h"

namespace seekd::policy {

std::vector<Block> read_paragraphs(std::string_view text) {
  const std::string visible = visible_text(text);
  std::vector<Block> blocks;
  std::size_t begin = 0;
  const auto end_paragraph = [&](std::size_t end) {
    const auto paragraph =
        trimmed(std::string_view(visible).substr(begin, end - begin), white_space);
    if (!paragraph.empty()) blocks.push_back({BlockKind::paragraph, 0, std::string(paragraph)});
    begin = end;
  };
  for (std::size_t line = 0; line < visible.size();) {
    const std::size_t end = std::min(visible.find('\n', line), visible.size());
    const auto written = std::string_view(visible).substr(line, end - line);
    if (trimmed(written, white_space).empty()) end_paragraph(line);
    line = end + 1;
  }
  end_paragraph(visible.size());
  return blocks;
}

}  // namespace seekd::policy
