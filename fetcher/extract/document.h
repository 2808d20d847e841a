// HTML in, typed blocks out. The only user of gumbo; runs in a worker, and in seekctl extract.
//
// Pure but for memory; any thread. Hostile input: too many tags or attributes are refused before
// gumbo's tree is built, too many open elements as soon as gumbo opens them; see docs/egress.md.
#pragma once

#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

struct Document {
  PageMetadata metadata;
  std::vector<Block> blocks;  // main content, in document order
  std::vector<Link> links;    // http and https, absolute, without duplicates, at most 2,000
};

// `html` in any charset: byte-order mark, then `content_type`'s charset parameter, then <meta>,
// then detection. `url` resolves relative links and may be empty. Errors: too_large,
// invalid_argument.
Result<Document> extract_html(std::string_view html, std::string_view content_type,
                              std::string_view url);

// text/plain and Markdown by blank lines.
Result<Document> extract_plain_text(std::string_view text, std::string_view content_type);

}  // namespace seekd::fetcher
