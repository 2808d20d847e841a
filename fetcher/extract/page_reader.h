// Any document that seekd reads, by its format: the one entrance of a worker and of seekctl.
//
// Pure but for memory; any thread. Errors: invalid_argument (not what its format asks for),
// too_large.
#pragma once

#include "fetcher/extract/content_type.h"
#include "fetcher/extract/document.h"

namespace seekd::fetcher {

// `body` is whole, and not compressed. `content_type` may name its charset; `url`, which may be
// empty, is what relative references are seen from.
Result<Document> read_page(PageFormat format, std::string_view body, std::string_view content_type,
                           std::string_view url);

}  // namespace seekd::fetcher
