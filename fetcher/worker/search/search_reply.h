// A search provider's answer, whatever its status: results, or why there are none, each failure
// told apart from "nothing found".
//
// Runs in a worker, on hostile bytes. Pure but for memory.
#pragma once

#include <optional>

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

// nullopt: the server did not answer the question at all (a 404, a 5xx that nobody explains).
std::optional<SearchContent> read_search_reply(const SearchAnswer& answer,
                                               const SearchAsked& asked);

}  // namespace seekd::fetcher
