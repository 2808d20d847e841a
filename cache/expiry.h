// Expiry: a page past its expires_at is gone.
//
// Three things enforce it. Reads ask expired(). The purge (PageWriter::reclaim) takes the page out
// of every family in one batch. The compaction filter drops the page's own record, the one that
// holds its URL, links and metadata, from files that no purge has come to yet. Blocks, postings and
// counters are shared between pages, which a filter that sees one record at a time could not keep
// right: they wait for the purge, which finds them in `holdings`.

#pragma once

#include <atomic>
#include <memory>

#include "policy/page.h"

namespace rocksdb {
class CompactionFilterFactory;
}

namespace seekd::cache {

// The last `now` that a caller gave: compaction runs on RocksDB's threads, which have no caller.
// Any thread.
class ExpiryClock {
 public:
  explicit ExpiryClock(TimePoint now) : now_(now) {}

  void set(TimePoint now) { now_.store(now, std::memory_order_relaxed); }
  TimePoint now() const { return now_.load(std::memory_order_relaxed); }

 private:
  std::atomic<TimePoint> now_;
};

inline bool expired(TimePoint expires_at, TimePoint now) {
  return expires_at <= now;
}

// Filters that drop the records of `pages` that have expired by `clock`, and keep what they cannot
// read, for a reader to report. Any thread.
std::shared_ptr<rocksdb::CompactionFilterFactory> expired_page_filters(
    std::shared_ptr<const ExpiryClock> clock);

}  // namespace seekd::cache
