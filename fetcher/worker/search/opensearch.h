// OpenSearch 1.1: the description of a search engine, and results as RSS or Atom.
//
// Runs in a worker, on hostile bytes. Pure but for memory.
#pragma once

#include <string>

#include "fetcher/worker/search/hit.h"

namespace seekd::fetcher {

// The template of its results as RSS or Atom ("Url" element, rel "results" or none). Errors:
// invalid_argument (no description, or none that offers a feed; the message says what to write).
Result<std::string> read_search_description(std::string_view xml, std::string_view content_type);

// Errors: invalid_argument (not a feed), too_large.
Result<SearchContent> read_search_feed(const SearchAnswer& answer, const SearchAsked& asked);

}  // namespace seekd::fetcher
