// CacheMeasurement: seekd's side of seekd-bench cache, on a cache in a folder of its own.
//
// One thread. What fails ends the benchmark.

#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cache/page_cache.h"
#include "config/config.h"
#include "ctl/collection.h"
#include "policy/embedding.h"
#include "tests/bench/retrieval_quality.h"

namespace seekd::bench {

class CacheMeasurement {
 public:
  // REQUIRES: `documents` outlives this; the first `originals` are pages of their own, those made
  // up are sections of pages. Without an embedding there is no search by meaning.
  CacheMeasurement(config::CacheConfig config, const std::vector<ctl::CollectionRecord>& documents,
                   std::size_t originals, std::optional<Embedding> embedding);

  void store();
  void read();
  void search(const std::vector<ctl::CollectionRecord>& queries, const Judgements& judgements);
  // REQUIRES: there is an embedding.
  void embed();
  void search_by_both(const std::vector<ctl::CollectionRecord>& queries);
  void reclaim();

 private:
  FetchedPage make_page(std::size_t first, std::size_t count) const;
  bool put(const FetchedPage& page);
  Result<std::vector<Passage>> ask(const std::string& text, cache::SearchMode mode);
  std::vector<std::string> documents_of(const std::vector<Passage>& passages) const;

  const std::vector<ctl::CollectionRecord>& documents_;
  const std::size_t originals_;
  const TimePoint now_;
  std::unique_ptr<cache::PageCache> cache_;
  std::vector<std::string> urls_;
};

}  // namespace seekd::bench
