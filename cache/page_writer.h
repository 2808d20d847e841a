// PageWriter: stores, confirms and reclaims pages, one batch at a time.
//
// Any thread; calls wait for each other. What a batch adds is in the Bloom filters before it is in
// RocksDB: a filter may say 'maybe' too early, never 'no' too late.

#pragma once

#include <cstddef>
#include <mutex>
#include <string_view>

#include "cache/database.h"
#include "cache/index/terms.h"
#include "cache/page_cache.h"
#include "cache/page_transaction.h"
#include "cache/record.h"
#include "cache/seen_filters.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

class PageWriter {
 public:
  // `counters`: of the last batch. REQUIRES: database and filters outlive this.
  PageWriter(config::CacheConfig config, Database& database, SeenFilters& filters, TermReader terms,
             const CountersRecord& counters);

  // These three as PageCache says.
  Result<StoreOutcome> store(const FetchedPage& page, TimePoint now);
  Result<StoredPage> touch(std::string_view url, const CachingHeaders& headers,
                           TimePoint requested_at, TimePoint received_at);
  Result<std::size_t> purge_expired(TimePoint now, std::size_t pages_max);

  // Of the last batch; does not wait for the one that is being written.
  CountersRecord counters() const;

 private:
  PageTransaction begin(const ReadView& view);
  Status commit(PageTransaction& transaction, Durability durability);
  Result<std::vector<ExpiryKey>> expired_pages(TimePoint now, std::size_t pages_max) const;
  Status purge_page(const ExpiryKey& due);
  Result<std::size_t> purge(TimePoint now, std::size_t pages_max);

  const config::CacheConfig config_;
  Database& database_;
  SeenFilters& filters_;
  std::mutex writing_;  // held over a batch; guards terms_
  TermReader terms_;
  mutable std::mutex counting_;  // guards counters_; taken after writing_
  CountersRecord counters_;
};

}  // namespace seekd::cache
