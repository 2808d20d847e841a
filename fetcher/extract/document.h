// A page as blocks of text, links and entries: what every reader of this folder makes of its
// format; and the one for HTML, in whose words most of the others speak.
//
// Pure but for memory; any thread. Hostile input is refused as soon as its tree passes a limit
// (html/parse_limits.h); see docs/egress.md.
#pragma once

#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t document_bytes_max = 16 << 20;  // as the worker's of a decoded body

struct Document {
  PageMetadata metadata;
  std::vector<Block> blocks;  // main content, in document order
  std::vector<Link> links;    // as extract_links says, at most 2,000
  PageKind kind = PageKind::page;
  std::vector<PageEntry> entries;   // of a feed or a sitemap, at most page_entries_max
  std::uint64_t entries_total = 0;  // that it has
};

// `html` in any charset: byte-order mark, then `content_type`'s charset parameter, then <meta>,
// then detection. `url` resolves relative links and may be empty. Errors: too_large,
// invalid_argument.
Result<Document> extract_html(std::string_view html, std::string_view content_type,
                              std::string_view url);

}  // namespace seekd::fetcher
