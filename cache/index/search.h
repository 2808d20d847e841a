// Search over the passages of live pages: by words, by meaning, or by both.
//
// Reads one view, and the index in memory, which may be a batch ahead of the view or behind it: a
// passage that one of them lacks is not found. Any thread with its own view and TermReader.

#pragma once

#include <vector>

#include "cache/database.h"
#include "cache/index/passage_lengths.h"
#include "cache/index/terms.h"
#include "cache/index/vector_index.h"
#include "cache/page_cache.h"
#include "policy/embedding.h"
#include "policy/result.h"

namespace seekd::cache {

// Texts that are looked at for a phrase or for what is excluded; those after them are not found.
inline constexpr std::size_t texts_compared_max = 10'000;
inline constexpr std::size_t search_top_max = 1000;

// What is searched. REQUIRES: all of it outlives the search.
struct SearchSource {
  const ReadView& view;
  TermReader& terms;
  const VectorIndex& vectors;
  const PassageLengths& lengths;
  const Embedding* embedding;  // nullptr: words alone
  CountersRecord counters;     // of the last batch
};

// Best first; equal scores in the order of storing. Errors: as PageCache::search().
Result<std::vector<Passage>> search_passages(const SearchSource& source, const SearchQuery& query,
                                             TimePoint now);

}  // namespace seekd::cache
