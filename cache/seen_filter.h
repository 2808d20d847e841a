// SeenFilter: answers 'never seen' for page keys and block ids before RocksDB is asked. A libbloom
// filter.
//
// False positives cost one lookup; a false negative would lose a page, so a snapshot that is not
// exactly of the last batch is thrown away and the filter is filled from the keys again. Removed
// keys stay in it until then. Any thread: readers share, add() excludes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <shared_mutex>

#include "cache/content_hash.h"
#include "cache/page_cache.h"
#include "cache/record.h"

struct bloom;

namespace seekd::cache {

class SeenFilter {
 public:
  // An empty filter for about `capacity` keys at 0.05 % false positives.
  explicit SeenFilter(std::size_t capacity);

  // nullopt when the record is not what this filter would have written.
  static std::optional<SeenFilter> load(const FilterRecord& record);

  FilterRecord save(std::uint64_t generation) const;

  void add(const ContentHash& key);
  bool may_have_seen(const ContentHash& key) const;

  // The rate is (1 - e^(-k n / m))^k of m bits, k hashes and n keys (Bloom, 1970).
  FilterStatistics statistics() const;
  // The share of keys never added that it calls known, tried on a hundred thousand.
  double error_rate() const;

  // Lookups that RocksDB was spared.
  std::uint64_t negative_answers() const;

  // Takes over what another filter knows, while any thread may ask this one.
  void adopt(SeenFilter other);

  std::size_t capacity() const;  // keys it was sized for

  // More keys than it was sized for: its answers still hold, more and more of them 'maybe'.
  bool full() const;

 private:
  struct State;
  struct StateDeleter {
    void operator()(State* state) const;
  };
  std::unique_ptr<State, StateDeleter> state_;
};

}  // namespace seekd::cache
