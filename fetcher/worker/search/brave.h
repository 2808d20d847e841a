// What the Brave Search API answers: web and news results, or an error with its code.
//
// Runs in a worker, on hostile bytes. Pure but for memory. Errors: invalid_argument (not that).
#pragma once

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

Result<SearchContent> read_brave(const SearchAnswer& answer, const SearchAsked& asked);

}  // namespace seekd::fetcher
