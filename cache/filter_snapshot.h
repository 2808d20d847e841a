// The Bloom filters across restarts: loaded from `meta`, or filled from the keys when the snapshot
// there is missing, damaged or not of the last batch (the process was killed). Pure over the
// database; errors: corrupt, io.

#pragma once

#include <string_view>

#include "cache/database.h"
#include "cache/families.h"
#include "cache/seen_filter.h"
#include "policy/result.h"

namespace seekd::cache {

struct FilterPlace {
  Family keys;                // family whose keys it knows
  std::string_view snapshot;  // its key in `meta`
};
inline constexpr FilterPlace url_filter_place{Family::holdings, url_filter_key};
inline constexpr FilterPlace block_filter_place{Family::blocks, block_filter_key};

// `generation`: of the last batch. `capacity`: for a filter that has to be filled.
Result<SeenFilter> load_filter(const ReadView& view, const FilterPlace& place,
                               std::uint64_t generation, std::size_t capacity);

// A filter of all keys that are there now.
Result<SeenFilter> fill_filter(const ReadView& view, const FilterPlace& place,
                               std::size_t capacity);

}  // namespace seekd::cache
