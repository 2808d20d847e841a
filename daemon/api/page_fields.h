// A page's text and what is said of it, as requests bring them.
//
// Pure; any thread. Visible characters alone are kept (policy/page_text_guard.h). Errors are
// recorded in `fields`.

#pragma once

#include <vector>

#include "daemon/api/fields.h"
#include "policy/page.h"

namespace seekd::daemon {

// "title", "author", "language", "published" and "modified", each "" where it is not there.
PageMetadata read_metadata(Fields& fields);

// "text", paragraphs between empty lines; or "blocks", [{"kind", "level", "text"}], as GET
// /seekd/v1/page shows them. One of the two, and not without text.
std::vector<Block> read_content(Fields& fields);

}  // namespace seekd::daemon
