#include "fetcher/extract/plain_text.h"

#include <algorithm>
#include <limits>
#include <string>

#include <md4c-html.h>

#include "fetcher/extract/charset.h"
#include "fetcher/extract/html_fragment.h"
#include "fetcher/extract/mentioned_links.h"
#include "policy/page_text_guard.h"
#include "policy/plain_text.h"
#include "policy/trimmed.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t front_matter_bytes_max = 16 << 10;

std::string decoded(std::string_view bytes, std::string_view content_type) {
  return decode(bytes, detect_charset(bytes, content_type, DeclaredIn::headers));
}

// Takes the first line off `text`.
std::string_view next_line(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

void read_front_matter_line(std::string_view line, PageMetadata& metadata) {
  const std::size_t colon = line.find(':');
  if (colon == std::string_view::npos) return;
  std::string_view value = policy::trimmed(line.substr(colon + 1), policy::white_space);
  if (value.size() >= 2 && value.front() == value.back() && (value[0] == '"' || value[0] == '\'')) {
    value = value.substr(1, value.size() - 2);
  }
  const std::string_view key = line.substr(0, colon);
  if (key == "title") metadata.title = one_line(value);
  if (key == "author") metadata.author = one_line(value);
  if (key == "date") metadata.published = one_line(value);
}

// The text behind the front matter.
std::string_view without_front_matter(std::string_view text, PageMetadata& metadata) {
  std::string_view rest = text.substr(0, front_matter_bytes_max);
  if (policy::trimmed(next_line(rest), policy::white_space) != "---") return text;
  PageMetadata found;
  while (!rest.empty()) {
    const std::string_view line = next_line(rest);
    if (policy::trimmed(line, policy::white_space) == "---") {
      metadata = std::move(found);
      return text.substr(static_cast<std::size_t>(rest.data() - text.data()));
    }
    read_front_matter_line(line, found);
  }
  return text;
}

// No exception passes through md4c: what cannot be stored is the caller's error.
struct Rendered {
  std::string html;
  bool failed = false;
};

void append(const MD_CHAR* text, MD_SIZE size, void* context) {
  auto& rendered = *static_cast<Rendered*>(context);
  try {
    rendered.html.append(text, size);
  } catch (const std::exception&) {
    rendered.failed = true;
  }
}

}  // namespace

Result<Document> read_plain_text(std::string_view text, std::string_view content_type) {
  Document document;
  document.blocks = policy::read_paragraphs(decoded(text, content_type));
  document.links = mentioned_links(document.blocks);
  return document;
}

Result<Document> read_markdown(std::string_view text, std::string_view content_type,
                               std::string_view url) {
  const std::string all = decoded(text, content_type);
  Document document;
  const std::string_view body = without_front_matter(all, document.metadata);
  if (body.size() > std::numeric_limits<MD_SIZE>::max()) {
    return fail(ErrorCode::too_large, "Markdown: longer than its reader counts");
  }
  Rendered rendered;
  const int parsed = md_html(body.data(), static_cast<MD_SIZE>(body.size()), append, &rendered,
                             MD_DIALECT_GITHUB, 0);
  if (parsed != 0 || rendered.failed) return fail(ErrorCode::too_large, "Markdown: out of memory");
  const auto base = policy::parse_url(url);
  auto fragment = read_fragment(rendered.html, base ? std::optional(*base) : std::nullopt);
  if (!fragment) return std::unexpected(fragment.error());
  document.blocks = std::move(fragment->blocks);
  document.links = std::move(fragment->links);
  const auto title = std::ranges::find(document.blocks, BlockKind::heading, &Block::kind);
  if (document.metadata.title.empty() && title != document.blocks.end()) {
    document.metadata.title = title->text;
  }
  return document;
}

}  // namespace seekd::fetcher
