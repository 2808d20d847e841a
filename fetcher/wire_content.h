// The second line of a FetchReply: a page's content as a worker tells it. See wire.h.
//
// Pure; any thread. Errors: invalid_argument, too_large.
#pragma once

#include <string_view>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

// Fills headers, metadata, blocks, links and body_bytes of `page`, and nothing else.
Status parse_content_line(std::string_view line, FetchedPage& page);

}  // namespace seekd::fetcher
