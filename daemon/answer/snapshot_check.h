// Whether the cache still holds, byte for byte, what a citation points to.
//
// Reads the cache: any thread. A failed read is a "no": a citation that cannot be checked is not
// sent.

#pragma once

#include <span>
#include <vector>

#include "cache/page_cache.h"
#include "daemon/answer/citations.h"

namespace seekd::daemon {

// One answer for each support.
std::vector<bool> check_snapshots(cache::PageCache& cache, std::span<const Support> supports,
                                  std::span<const Passage> passages, TimePoint now);

}  // namespace seekd::daemon
