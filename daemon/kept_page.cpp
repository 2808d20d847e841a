#include "daemon/kept_page.h"

#include <utility>

namespace seekd::daemon {

Result<KeptPage> keep_page(cache::PageCache& cache, const FetchedPage& fetched, TimePoint now) {
  auto outcome = cache.store(fetched, now);
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  auto page = cache.find(fetched.url, now);
  if (!page) return std::unexpected(std::move(page.error()));
  if (!*page)
    return fail(ErrorCode::not_found, "the page expired as it was stored (cache.retention)");
  return KeptPage{std::move(**page), *outcome};
}

Result<KeptPage> confirm_page(cache::PageCache& cache, const FetchedPage& confirmed) {
  auto page =
      cache.touch(confirmed.url, confirmed.headers, confirmed.requested_at, confirmed.retrieved_at);
  if (!page) return std::unexpected(std::move(page.error()));
  cache::StoreOutcome outcome{.change = cache::Change::unchanged,
                              .version = page->version,
                              .blocks_total = page->blocks.size(),
                              .blocks_written = 0,
                              .bytes_written = 0,
                              .similarity = 1.0};
  return KeptPage{std::move(*page), outcome};
}

fetcher::FetchRequest request_for(std::string url, policy::Provenance provenance,
                                  const std::optional<cache::StoredPage>& stored) {
  fetcher::FetchRequest request;
  request.url = std::move(url);
  request.provenance = provenance;
  if (stored) {
    request.etag = stored->headers.etag;
    request.last_modified = stored->headers.last_modified;
    request.validated_url = stored->final_url;
  }
  return request;
}

}  // namespace seekd::daemon
