// KeptPage: a page that came through the door, as it stands in the cache from then on, and what
// storing or confirming it changed.
//
// keep_page() and confirm_page() are called on a thread of AsyncCache.

#pragma once

#include <optional>
#include <string>

#include "cache/page_cache.h"
#include "fetcher/wire.h"

namespace seekd::daemon {

struct KeptPage {
  cache::StoredPage page;
  cache::StoreOutcome outcome;
};

// Errors: the cache's; not_found when the page expires as it is stored.
Result<KeptPage> keep_page(cache::PageCache& cache, const FetchedPage& fetched, TimePoint now);

// Of a 304: `confirmed` holds url, times and headers. Errors: the cache's.
Result<KeptPage> confirm_page(cache::PageCache& cache, const FetchedPage& confirmed);

// Asks for a page, with the validators of what is `stored` of it. Pure; any thread.
fetcher::FetchRequest request_for(std::string url, policy::Provenance provenance,
                                  const std::optional<cache::StoredPage>& stored);

}  // namespace seekd::daemon
