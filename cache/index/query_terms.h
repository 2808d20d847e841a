// What is looked for in the index when a query is asked.
//
// A query has no language: each of its terms is looked for as every language of the index stems it,
// and counts once. One thread at a time, with its own TermReader.

#pragma once

#include <cstddef>
#include <vector>

#include "cache/index/lexical_index.h"
#include "cache/index/query.h"
#include "cache/index/terms.h"
#include "cache/record.h"

namespace seekd::cache {

inline constexpr std::size_t query_terms_max =
    128;  // different ones; the rest of a longer query is not looked at

// The words of the query, and as required those of its phrases.
std::vector<QueryTerm> query_terms(const WrittenQuery& query, const CountersRecord& counters,
                                   TermReader& terms);

}  // namespace seekd::cache
