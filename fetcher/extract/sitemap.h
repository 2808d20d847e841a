// Sitemaps and sitemap indexes (sitemaps.org 0.9), as entries; their text is the list itself.
//
// Pure but for memory; any thread.
#pragma once

#include <string_view>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

// `utf8` is XML whose root is urlset or sitemapindex, in whatever prefix. Of one that breaks off
// the whole entries count. Errors: invalid_argument, too_large (of read_xml_events).
Result<Document> read_sitemap(std::string_view utf8);

}  // namespace seekd::fetcher
