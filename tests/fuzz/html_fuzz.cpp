// Any bytes as a page: bounded, valid UTF-8 without what a reader cannot see.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "fetcher/extract/document.h"
#include "policy/page_text_guard.h"

using seekd::fetcher::Document;

namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(const Document& document) {
  for (const seekd::Block& block : document.blocks) {
    require(!block.text.empty() && seekd::policy::visible_text(block.text) == block.text);
  }
  require(document.links.size() <= 2'000);
  for (const seekd::Link& link : document.links) {
    require(link.url.starts_with("http") || link.url.starts_with("mailto:"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const auto page = seekd::fetcher::extract_html(bytes, "text/html", "https://example.org/");
  if (page) check(*page);
  return 0;
}
