// PageTransaction: everything that storing, confirming or reclaiming one page changes, as one
// batch.
//
// It reads through one view and writes nothing itself: the caller commits what finish() gives and
// tells the Bloom filters what was added. After an error it is thrown away. One thread at a time.

#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "cache/block_ledger.h"
#include "cache/database.h"
#include "cache/families.h"
#include "cache/index/passage_changes.h"
#include "cache/index/terms.h"
#include "cache/page_cache.h"
#include "cache/page_record.h"
#include "cache/record.h"
#include "cache/traces.h"
#include "policy/keeping.h"
#include "policy/result.h"

namespace seekd::cache {

// Of a page's store, beside its content.
struct Arrival {
  TimePoint requested_at;
  policy::Keeping keeping;
};

// What went with a page that was forgotten.
struct Forgotten {
  std::uint64_t versions = 0;
  std::uint64_t blocks = 0;
  std::uint64_t blocks_shared = 0;  // other pages have them, too
  std::uint64_t passages = 0;
};

class PageTransaction {
 public:
  // REQUIRES: all of them outlive this.
  PageTransaction(const Database& database, const ReadView& view, const SeenFilter& seen_blocks,
                  TermReader& terms, const CountersRecord& counters);
  PageTransaction(const PageTransaction&) = delete;
  PageTransaction& operator=(const PageTransaction&) = delete;

  // Puts the page under its URL, over the version that is there. `record` has what the server said;
  // version, changed_at, snapshot_hash, blocks and passages follow from the blocks and from the
  // version before, and how long it is fresh from the visits that there have been. Errors:
  // invalid_argument (an older copy than the stored one), corrupt, io.
  Result<StoreOutcome> store(PageRecord record, const std::vector<Block>& blocks,
                             const Arrival& arrival, TimePoint now);

  // The same where what is stored of the page, or of its blocks, cannot be read: as its first
  // version, over all that. What that held is not given back, and counts of it are wrong until the
  // cache is repaired. Errors: corrupt, io.
  Result<StoreOutcome> store_over_damage(PageRecord record, const std::vector<Block>& blocks);

  // Puts a page with its past versions as they are, where none is yet; its passages are made anew.
  // `contents`: the current version's blocks, then those of `versions`. Errors: corrupt, io.
  Status adopt(PageRecord record, const std::vector<VersionRecord>& versions,
               const std::vector<std::vector<Block>>& contents);

  // The same content with other times and headers. REQUIRES: `record` was read through the view.
  // Errors: corrupt, io.
  Status confirm(const PageRecord& record);

  // Takes the page that this entry of `expiry` is about out of every family, and the entry too;
  // that alone when the page is not there or lives on. Errors: corrupt, io.
  Status reclaim(const ExpiryKey& due);

  // Takes the page out of every family, whatever its age, and tells `traces` what it consisted of.
  // Nothing when it is not there. Errors: corrupt, io.
  Result<Forgotten> forget(const ContentHash& key, Traces& traces);

  // Takes the page out of every family, whatever its age; nothing when it is not there. Errors:
  // corrupt, io.
  Status evict(const ContentHash& key);

  // All that was collected, the counters included. Call once, last.
  WriteSet& finish();

  const CountersRecord& counters() const { return counters_; }
  std::vector<ContentHash> blocks_added() const { return ledger_.totals().added; }
  const PassageChanges& passages() const { return passages_; }

 private:
  // What is stored under a key; a page that has expired has holdings alone.
  struct Stored {
    std::optional<PageRecord> page;
    std::optional<HoldingsRecord> holdings;
  };

  Result<Stored> load_stored(const ContentHash& key, TimePoint now) const;
  Result<HoldingsRecord> make_room(const ContentHash& key, const PageRecord& record,
                                   const Stored& stored, TimePoint now);
  Status reclaim(const ContentHash& key, const HoldingsRecord& holdings);
  Result<StoreOutcome> compare(const std::optional<PageRecord>& before, PageRecord& record,
                               const std::vector<Block>& blocks);
  Status place_blocks(const std::vector<Block>& blocks, PageRecord& record);
  Result<std::vector<ContentHash>> blocks_of_past(const ContentHash& key,
                                                  const HoldingsRecord& held,
                                                  const std::optional<PageRecord>& before,
                                                  const PageRecord& record) const;
  Result<HoldingsRecord> exchange_blocks(const HoldingsRecord& held, std::vector<ContentHash> past,
                                         const PageRecord& record);
  Result<std::vector<ContentHash>> archive(const ContentHash& key, const PageRecord& replaced,
                                           std::uint32_t versions_max, TimePoint replaced_at);
  void put_page(const ContentHash& key, const PageRecord& record, const HoldingsRecord& holdings,
                std::optional<TimePoint> expires_at_before);

  const ReadView& view_;
  CountersRecord counters_;
  WriteSet changes_;
  BlockLedger ledger_;
  PassageChanges passages_;
};

}  // namespace seekd::cache
