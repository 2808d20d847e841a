#include "fetcher/extract/html_fragment.h"

#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/text_blocks.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {

Result<HtmlFragment> read_fragment(std::string_view html, const std::optional<policy::Url>& base) {
  const Result<HtmlTree> tree = HtmlTree::parse(std::string(html));
  if (!tree) return std::unexpected(tree.error());
  HtmlFragment fragment;
  for (TextBlock& text : read_blocks(*tree)) {
    fragment.blocks.push_back(std::move(text.block));
  }
  fragment.links = extract_links(*tree, base);
  return fragment;
}

std::string fragment_line(std::string_view html) {
  const auto fragment = read_fragment(html, std::nullopt);
  return fragment ? one_line(snapshot_text(fragment->blocks)) : "";
}

std::string one_line(std::string_view text) {
  std::string line;
  bool blank = false;
  for (const char c : policy::visible_text(text)) {
    const bool is_blank = c == ' ' || c == '\n' || c == '\t';
    if (!is_blank && blank && !line.empty()) line += ' ';
    blank = is_blank;
    if (!is_blank) line += c;
  }
  return line;
}

}  // namespace seekd::fetcher
