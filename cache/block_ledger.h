// BlockLedger: which blocks a batch stores, shares and gives back.
//
// Blocks are named by their content and kept once. A block stays while a page holds it; the ledger
// counts in memory and writes the outcome into the batch. One thread at a time.

#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "cache/content_hash.h"
#include "cache/database.h"
#include "cache/record.h"
#include "cache/seen_filter.h"
#include "policy/result.h"

namespace seekd::cache {

class BlockLedger {
 public:
  BlockLedger(const ReadView& view, const SeenFilter& seen) : view_(view), seen_(seen) {}

  // The id under which this block is stored, or will be once a page holds it. Errors: corrupt, io.
  Result<ContentHash> place(const Block& block);

  // A block that cannot be read is from now on as one that is not there: place() writes it anew.
  void pass_over_damage() { passes_over_damage_ = true; }

  // REQUIRES: `id` came from place().
  void hold(const ContentHash& id);

  // Errors: corrupt (no page holds it), io.
  Status release(const ContentHash& id);

  void write_to(WriteSet& changes) const;

  struct Totals {
    std::vector<ContentHash> added;    // ids that the cache did not have
    std::uint64_t bytes_added = 0;     // of their texts
    std::vector<ContentHash> removed;  // that no page holds any more
  };
  Totals totals() const;

 private:
  struct Entry {
    BlockRecord record;
    std::uint32_t pages_stored = 0;  // 0: not in the cache before this batch
  };

  // nullptr when there is no such block, in the cache or in this batch.
  Result<Entry*> look_up(const ContentHash& id);

  const ReadView& view_;
  const SeenFilter& seen_;
  bool passes_over_damage_ = false;
  std::unordered_map<ContentHash, Entry, ContentHashHasher> entries_;
};

}  // namespace seekd::cache
