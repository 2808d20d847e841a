// The answer of a provider that the operator describes: where its results stand, by JSON pointers
// or by selectors (policy::ResultPlaces).
//
// Runs in a worker, on hostile bytes. Pure but for memory. Errors: invalid_argument, too_large.
#pragma once

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

Result<SearchContent> read_custom(const SearchAnswer& answer, const SearchAsked& asked);

Result<SearchContent> read_custom_html(const SearchAnswer& answer, const SearchAsked& asked);

}  // namespace seekd::fetcher
