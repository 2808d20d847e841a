#include "fetcher/extract/feed.h"

#include <optional>
#include <unordered_set>

#include "fetcher/extract/entry_date.h"
#include "fetcher/extract/html_fragment.h"
#include "fetcher/extract/links.h"

namespace seekd::fetcher {
namespace {

constexpr std::uint8_t feed_level = 1;
constexpr std::uint8_t entry_level = 2;
constexpr std::uint8_t level_max = 6;

// RSS says nowhere whether a title is HTML: what has neither a tag's end nor a reference is not.
std::string line_of(const FeedText& text) {
  const bool marked =
      text.text.find("</") != std::string::npos || text.text.find('&') != std::string::npos;
  return text.as == FeedText::As::html && marked ? fragment_line(text.text) : one_line(text.text);
}

class DocumentWriter {
 public:
  explicit DocumentWriter(std::string_view url) {
    if (auto page = policy::parse_url(url)) base_ = *std::move(page);
  }

  Document write(const Feed& feed) {
    if (!feed.base.empty()) {
      if (auto base = resolve(feed.base)) base_ = std::move(base);
    }
    document_.kind = PageKind::feed;
    document_.entries_total = feed.entries_total;
    document_.metadata.title = line_of(feed.title);
    document_.metadata.language = one_line(feed.language);
    document_.metadata.modified = entry_date(feed.modified);
    add_heading(feed_level, document_.metadata.title);
    add_text(feed.description, feed_level);
    if (const auto site = resolve(feed.site)) add_link(site->text(), document_.metadata.title);
    for (std::size_t i = 0; i < feed.entries.size(); ++i) {
      add_entry(feed.entries[i], i < entries_read_max);
    }
    return std::move(document_);
  }

 private:
  std::optional<policy::Url> resolve(std::string_view written) const {
    const std::string reference = one_line(written);
    if (reference.empty()) return std::nullopt;
    auto url = base_ ? policy::resolve_reference(*base_, reference) : policy::parse_url(reference);
    return url ? std::optional(*std::move(url)) : std::nullopt;
  }

  void add_entry(const FeedEntry& entry, bool with_text) {
    const auto url = resolve(entry.url);
    const std::string title = line_of(entry.title);
    if (url) {
      document_.entries.push_back(
          {url->text(), title, entry_date(entry.published), entry_date(entry.modified)});
      add_link(url->text(), title);
    }
    if (!with_text) return;
    add_heading(entry_level, title);
    add_text(entry.content, entry_level);
  }

  void add_heading(std::uint8_t level, const std::string& text) {
    if (!text.empty()) document_.blocks.push_back({BlockKind::heading, level, text});
  }

  // The headings of an entry stand below its own.
  void add_text(const FeedText& text, std::uint8_t below) {
    if (text.as == FeedText::As::text) {
      if (std::string line = one_line(text.text); !line.empty()) {
        document_.blocks.push_back({BlockKind::paragraph, 0, std::move(line)});
      }
      return;
    }
    auto fragment = read_fragment(text.text, base_);
    if (!fragment) return;
    for (Block& block : fragment->blocks) {
      if (block.kind == BlockKind::heading) {
        block.level = static_cast<std::uint8_t>(std::min(block.level + below, +level_max));
      }
      document_.blocks.push_back(std::move(block));
    }
  }

  void add_link(const std::string& url, const std::string& text) {
    if (document_.links.size() < links_max && linked_.insert(url).second) {
      document_.links.push_back({url, text});
    }
  }

  std::optional<policy::Url> base_;
  std::unordered_set<std::string> linked_;
  Document document_;
};

}  // namespace

Document feed_document(const Feed& feed, std::string_view url) {
  return DocumentWriter(url).write(feed);
}

}  // namespace seekd::fetcher
