// What a page says of itself: title, author, language, canonical URL, dates, feeds.
//
// Pure; any thread. Sources, best first: Open Graph (ogp.me) and other <meta>, JSON-LD
// (schema.org), elements, what is shown as a byline. Every field is a claim of the page: bounded,
// visible characters only, and otherwise as written.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/json_ld.h"
#include "policy/page.h"
#include "policy/url.h"

namespace seekd::fetcher {

struct PageClaims {
  PageMetadata metadata;
  std::string description;  // of search results and previews
  std::string og_type;      // "article", "product", "website", …; "" when the page says none
  JsonLd json_ld;
};

// `base`: the page's own URL, to resolve the canonical one; nullopt leaves a relative one out.
PageClaims read_claims(const HtmlTree& tree, const std::optional<policy::Url>& base);

}  // namespace seekd::fetcher
