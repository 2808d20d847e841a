// The Bloom filters of the cache, and how they come through a restart: loaded from `meta`, or
// filled from the keys when the snapshot there is missing, damaged or not of the last batch (the
// process was killed).
//
// Any thread may ask a filter; the functions here are called by one thread at a time. Errors:
// corrupt, io.

#pragma once

#include <cstdint>

#include "cache/database.h"
#include "cache/record.h"
#include "cache/seen_filter.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

struct SeenFilters {
  SeenFilter urls;    // page keys
  SeenFilter blocks;  // block ids
};

// `counters`: of the view's last batch.
Result<SeenFilters> load_filters(const ReadView& view, const config::CacheConfig& config,
                                 const CountersRecord& counters);

void save_filters(const SeenFilters& filters, const CountersRecord& counters, WriteSet& changes);

// Both filters anew, for the keys that are there and no others.
Status refill_filters(SeenFilters& filters, const ReadView& view, const CountersRecord& counters);

// A filter that is full is filled anew, for twice as many keys as there are.
Status widen_filters(SeenFilters& filters, const ReadView& view, const CountersRecord& counters);

}  // namespace seekd::cache
