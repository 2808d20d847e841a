// Search over the passages of live pages. Reads one view; any thread with its own view and
// TermReader.

#pragma once

#include <vector>

#include "cache/database.h"
#include "cache/index/terms.h"
#include "cache/page_cache.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr std::size_t query_terms_max =
    128;  // different ones; the rest of a longer query is not looked at
inline constexpr std::size_t search_top_max = 1000;

// Best first; equal scores in the order of storing. Errors: corrupt, io.
Result<std::vector<Passage>> search_passages(const ReadView& view, TermReader& terms,
                                             const SearchQuery& query, TimePoint now);

}  // namespace seekd::cache
