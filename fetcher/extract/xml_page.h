// XML, by its root: a feed, a sitemap, or XHTML that is served as XML. What else there is of it has
// no text that anybody wrote to be read, and is refused.
//
// Pure but for memory; any thread. Errors: invalid_argument, too_large.
#pragma once

#include <string_view>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

Result<Document> read_xml(std::string_view xml, std::string_view content_type,
                          std::string_view url);

}  // namespace seekd::fetcher
