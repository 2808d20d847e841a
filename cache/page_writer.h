// PageWriter: stores, confirms and reclaims pages, one batch at a time.
//
// Any thread; calls wait for each other. What a batch adds is in the Bloom filters before it is in
// RocksDB: a filter may say 'maybe' too early, never 'no' too late. The index in memory follows
// when the batch is written.

#pragma once

#include <cstddef>
#include <cstdint>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "cache/database.h"
#include "cache/holds.h"
#include "cache/index/passage_lengths.h"
#include "cache/index/terms.h"
#include "cache/index/vector_index.h"
#include "cache/page_cache.h"
#include "cache/page_transaction.h"
#include "cache/record.h"
#include "cache/seen_filters.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

struct PassageVector {
  std::uint64_t passage = 0;
  QuantizedVector vector;
};

class PageWriter {
 public:
  // `counters`: of the last batch. REQUIRES: database, filters, vectors, lengths and holds outlive
  // this.
  PageWriter(config::CacheConfig config, Database& database, SeenFilters& filters,
             VectorIndex& vectors, PassageLengths& lengths, const Holds& holds, TermReader terms,
             const CountersRecord& counters);

  // These three as PageCache says.
  Result<StoreOutcome> store(const FetchedPage& page, TimePoint now);
  Result<StoredPage> touch(std::string_view url, const CachingHeaders& headers,
                           TimePoint requested_at, TimePoint received_at);
  Result<std::size_t> purge_expired(TimePoint now, std::size_t pages_max);

  // Gives passages the vectors that they wait for; those that are gone or have one are passed over.
  // Undone by a crash, they wait again. Errors: corrupt (of the first that is damaged, and waits no
  // more; the others are stored), io.
  Status store_vectors(const std::vector<PassageVector>& vectors);

  // The page's time of expiry anew, by what holds it and by what its server said last; nothing
  // where it is not there. Errors: corrupt, io.
  Status renew_expiry(const ContentHash& key);

  // As PageTransaction says. On disk when a later synced batch is. Errors: corrupt, io.
  Result<Forgotten> forget(const ContentHash& key, Traces& traces);

  // Takes the page out, and nobody asks for traces; nothing where it is not there. Errors: corrupt,
  // io.
  Status evict(const ContentHash& key);

  // The Bloom filters anew, in memory and on disk, from the keys that there are. Errors: corrupt,
  // io.
  Status refill_filters();

  // Of the last batch; does not wait for the one that is being written.
  CountersRecord counters() const;

 private:
  void heed_holds(PageRecord& record) const;
  PageTransaction begin(const ReadView& view);
  Result<StoreOutcome> put(const PageRecord& record, const std::vector<Block>& blocks,
                           const Arrival& arrival, TimePoint now);
  Result<StoreOutcome> put_over_damage(const PageRecord& record, const std::vector<Block>& blocks);
  Status commit(PageTransaction& transaction, Durability durability);
  Result<std::vector<ExpiryKey>> expired_pages(TimePoint now, std::size_t pages_max) const;
  Result<std::size_t> purge_together(std::span<const ExpiryKey> due);
  Result<std::size_t> purge(TimePoint now, std::size_t pages_max);

  const config::CacheConfig config_;
  Database& database_;
  SeenFilters& filters_;
  VectorIndex& vectors_;
  PassageLengths& lengths_;
  const Holds& holds_;
  std::mutex writing_;  // held over a batch; guards terms_
  TermReader terms_;
  mutable std::mutex counting_;  // guards counters_; taken after writing_
  CountersRecord counters_;
};

}  // namespace seekd::cache
