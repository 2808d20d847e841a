// KeptPage: a page that came through the door, as it stands in the cache from then on, and what
// storing or confirming it changed.
//
// Called on a thread of AsyncCache.

#pragma once

#include "cache/page_cache.h"

namespace seekd::daemon {

struct KeptPage {
  cache::StoredPage page;
  cache::StoreOutcome outcome;
};

// Errors: the cache's; not_found when the page expires as it is stored.
Result<KeptPage> keep_page(cache::PageCache& cache, const FetchedPage& fetched, TimePoint now);

// Of a 304: `confirmed` holds url, times and headers. Errors: the cache's.
Result<KeptPage> confirm_page(cache::PageCache& cache, const FetchedPage& confirmed);

}  // namespace seekd::daemon
