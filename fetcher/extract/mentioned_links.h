// The links of a page that has none but what its text says: plain text, PDF.
//
// Pure; any thread.
#pragma once

#include <vector>

#include "policy/page.h"

namespace seekd::fetcher {

// The http and https URLs that the blocks mention, without duplicates, at most 2,000.
std::vector<Link> mentioned_links(const std::vector<Block>& blocks);

}  // namespace seekd::fetcher
