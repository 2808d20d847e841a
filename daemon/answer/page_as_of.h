// A page as it was at a past moment, as far as the cache has kept it.
//
// Reads the cache: any thread.

#pragma once

#include <optional>
#include <string_view>

#include "cache/page_cache.h"

namespace seekd::daemon {

// The version that stood then: the last one first seen at `as_of` or before. nullopt: the page is
// not there, or what was there then is not kept. Errors: the cache's.
Result<std::optional<cache::StoredPage>> find_as_of(cache::PageCache& cache, std::string_view url,
                                                    TimePoint as_of, TimePoint now);

}  // namespace seekd::daemon
