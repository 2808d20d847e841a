// What a MediaWiki's api.php answers to list=search with formatversion=2: titles, and by siteinfo
// what the URL of a title is; or an error with its code.
//
// Runs in a worker, on hostile bytes. Pure but for memory. Errors: invalid_argument (not that).
#pragma once

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

Result<SearchContent> read_mediawiki(const SearchAnswer& answer, const SearchAsked& asked);

}  // namespace seekd::fetcher
