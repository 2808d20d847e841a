// Any bytes as a document of the format that they seem to be, and as Markdown: feeds, sitemaps,
// JSON, PDF. What comes out is bounded, and text that a reader sees.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/extract/page_reader.h"
#include "policy/page_text_guard.h"

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

bool is_shown(const std::string& text) {
  return seekd::policy::visible_text(text) == text;
}

void check(const seekd::fetcher::Document& document) {
  for (const seekd::Block& block : document.blocks) {
    require(!block.text.empty() && is_shown(block.text));
  }
  require(document.links.size() <= 2'000);
  for (const seekd::Link& link : document.links) {
    require(link.url.starts_with("http") || link.url.starts_with("mailto:"));
    require(is_shown(link.text));
  }
  require(document.entries.size() <= seekd::page_entries_max);
  require(document.entries.size() <= document.entries_total);
  for (const seekd::PageEntry& entry : document.entries) {
    require(entry.url.starts_with("http") && is_shown(entry.title));
    require(entry.title.find('\n') == std::string::npos);
    require(entry.published.size() <= 20 && entry.modified.size() <= 20);
  }
  require(is_shown(document.metadata.title));
}

}  // namespace

// poppler's, at its first use, once.
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libfontconfig";
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using seekd::fetcher::PageFormat;
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const PageFormat guessed = seekd::fetcher::guessed_format(bytes);
  for (const PageFormat format : {guessed, PageFormat::markdown, PageFormat::plain_text}) {
    const auto page = seekd::fetcher::read_page(format, bytes, "", "https://example.org/");
    if (page) check(*page);
  }
  return 0;
}
