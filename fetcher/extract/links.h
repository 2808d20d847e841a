// The links of a page: absolute http and https URLs, mail addresses (RFC 6068) and places in the
// page itself (its URL with a fragment).
//
// An address stands once for each wording that leads to it, so that a menu which comes first does
// not hide where the text's own words lead. A place in the page stands as often as it is linked: a
// table of contents is part of what a page says.
//
// Pure; any thread. They are not judged: whoever wants to follow one asks the door.
#pragma once

#include <optional>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "policy/page.h"
#include "policy/url.h"

namespace seekd::fetcher {

inline constexpr std::size_t links_max = 2'000;

// The URL that the page's relative references are seen from: `page`, or its <base href> (HTML
// §4.2.3).
std::optional<policy::Url> base_url(const HtmlTree& tree, const std::optional<policy::Url>& page);

// In document order, hidden elements left out. What cannot be resolved is left out, as are places
// in the page after the first two hundred.
std::vector<Link> extract_links(const HtmlTree& tree, const std::optional<policy::Url>& base);

}  // namespace seekd::fetcher
