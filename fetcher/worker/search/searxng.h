// What SearXNG, and searx before it, answer with format=json: results, and which of the engines
// behind it did not answer, and why.
//
// Runs in a worker, on hostile bytes. Pure but for memory. Errors: invalid_argument (not that).
#pragma once

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

Result<SearchContent> read_searxng(const SearchAnswer& answer, const SearchAsked& asked);

}  // namespace seekd::fetcher
