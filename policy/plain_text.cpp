#include "policy/plain_text.h"

#include <algorithm>
#include <string>

#include "policy/page_text_guard.h"

namespace seekd::policy {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view space = " \t\r\n";
  const std::size_t begin = text.find_first_not_of(space);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(space) - begin + 1);
}

}  // namespace

std::vector<Block> read_paragraphs(std::string_view text) {
  const std::string visible = visible_text(text);
  std::vector<Block> blocks;
  std::size_t begin = 0;
  while (begin < visible.size()) {
    const std::size_t end = std::min(visible.find("\n\n", begin), visible.size());
    const std::string_view paragraph =
        trimmed(std::string_view(visible).substr(begin, end - begin));
    if (!paragraph.empty()) blocks.push_back({BlockKind::paragraph, 0, std::string(paragraph)});
    begin = end + 1;
  }
  return blocks;
}

}  // namespace seekd::policy
