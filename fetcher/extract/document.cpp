#include "fetcher/extract/document.h"

#include <algorithm>
#include <optional>
#include <string>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/links.h"
#include "fetcher/extract/main_content.h"
#include "fetcher/extract/metadata.h"
#include "policy/page_text_guard.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t text_bytes_max = 16 << 20;  // as the worker's limit of a decoded body

Result<std::string> decoded(std::string_view bytes, std::string_view content_type,
                            DeclaredIn where) {
  if (bytes.size() > text_bytes_max) {
    return fail(ErrorCode::too_large, "the page has " + std::to_string(bytes.size()) +
                                          " bytes, more than " + std::to_string(text_bytes_max));
  }
  return decode(bytes, detect_charset(bytes, content_type, where));
}

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") - begin + 1);
}

// CommonMark §4.2: one to six '#' and a space open a heading.
std::uint8_t heading_level(std::string_view line) {
  const std::size_t level = line.find_first_not_of('#');
  const bool heading =
      level != std::string_view::npos && level >= 1 && level <= 6 && line[level] == ' ';
  return heading ? static_cast<std::uint8_t>(level) : 0;
}

// Paragraphs of lines between blank lines.
class ParagraphReader {
 public:
  explicit ParagraphReader(bool markdown) : markdown_(markdown) {}

  void add_line(std::string_view line) {
    const std::uint8_t level = markdown_ ? heading_level(line) : 0;
    if (level != 0 || trimmed(line).empty()) end_paragraph();
    if (level != 0) {
      add_block(BlockKind::heading, level, trimmed(line.substr(level)));
    } else if (!trimmed(line).empty()) {
      if (!paragraph_.empty()) paragraph_ += '\n';
      paragraph_ += line;
    }
  }

  std::vector<Block> finish() {
    end_paragraph();
    return std::move(blocks_);
  }

 private:
  void end_paragraph() {
    add_block(BlockKind::paragraph, 0, trimmed(paragraph_));
    paragraph_.clear();
  }

  void add_block(BlockKind kind, std::uint8_t level, std::string_view text) {
    if (!text.empty()) blocks_.push_back({kind, level, std::string(text)});
  }

  bool markdown_;
  std::string paragraph_;
  std::vector<Block> blocks_;
};

}  // namespace

Result<Document> extract_html(std::string_view html, std::string_view content_type,
                              std::string_view url) {
  const Result<std::string> text = decoded(html, content_type, DeclaredIn::html);
  if (!text) return std::unexpected(text.error());
  std::optional<policy::Url> page;
  if (!url.empty()) {
    Result<policy::Url> parsed = policy::parse_url(url);
    if (!parsed) return std::unexpected(parsed.error());
    page = *std::move(parsed);
  }
  const Result<HtmlTree> tree = HtmlTree::parse(*text);
  if (!tree) return std::unexpected(tree.error());
  const std::optional<policy::Url> base = base_url(*tree, page);
  PageClaims claims = read_claims(*tree, base);
  std::vector<Block> blocks = extract_main_content(*tree, claims, page);
  return Document{.metadata = std::move(claims.metadata),
                  .blocks = std::move(blocks),
                  .links = extract_links(*tree, base)};
}

Result<Document> extract_plain_text(std::string_view text, std::string_view content_type) {
  const Result<std::string> all = decoded(text, content_type, DeclaredIn::headers);
  if (!all) return std::unexpected(all.error());
  const std::string visible = policy::visible_text(*all);
  ParagraphReader reader(content_type.starts_with("text/markdown"));
  for (std::size_t at = 0; at < visible.size();) {
    const std::size_t end = std::min(visible.find('\n', at), visible.size());
    reader.add_line(std::string_view(visible).substr(at, end - at));
    at = end + 1;
  }
  Document document{.metadata = {}, .blocks = reader.finish(), .links = {}};
  const auto title = std::ranges::find(document.blocks, BlockKind::heading, &Block::kind);
  if (title != document.blocks.end()) document.metadata.title = title->text;
  return document;
}

}  // namespace seekd::fetcher
