// Evictor: keeps the cache within its share of the disk.
//
// Where it is over, the pages that are worth least go: those that were read longest ago, the larger
// the sooner (GreedyDual-Size with time for cost: P. Cao, S. Irani, "Cost-Aware WWW Proxy Caching
// Algorithms", 1997). Held pages stay, whatever the disk says, and so do those of
// collections, which no server would give again. One thread at a time.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "cache/database.h"
#include "cache/page_use.h"
#include "cache/page_writer.h"
#include "policy/result.h"

namespace seekd::cache {

class Evictor {
 public:
  // REQUIRES: database, writer and use outlive this.
  Evictor(Database& database, PageWriter& writer, const PageUse& use, std::uint64_t disk_bytes_max)
      : database_(database), writer_(writer), use_(use), disk_bytes_max_(disk_bytes_max) {}

  // Where more than the limit is used, evicts down to nine tenths of it, rewrites the files and
  // says how many pages went. Errors: corrupt, io.
  Result<std::size_t> fit(TimePoint now);

 private:
  struct Candidate {
    ContentHash key;
    std::uint64_t bytes = 0;
    double cost = 0.0;  // bytes times seconds since it was read
  };

  Result<std::vector<Candidate>> candidates(TimePoint now) const;

  Database& database_;
  PageWriter& writer_;
  const PageUse& use_;
  const std::uint64_t disk_bytes_max_;
};

}  // namespace seekd::cache
