// RocksPageCache: PageCache on RocksDB. One WriteBatch per page; these column families:
//
// - `pages`: page key → PageRecord; compaction drops an expired one
// - `holdings`: page key → HoldingsRecord: what to give back when the page goes
// - `versions`: page key, version (4 bytes) → VersionRecord
// - `blocks`: block id → BlockRecord
// - `passages`: passage id (8 bytes) → PassageRecord
// - `vectors`: passage id (8 bytes) → VectorRecord
// - `terms`: term, 0, chunk (4 bytes) → posting list; writes to it are merged
// - `expiry`: expires_at (8 bytes), page key → nothing: the order in which pages are reclaimed
// - `schedule`: number (8 bytes) → a record of its owner (schedule.h)
// - `meta`: "format" → format_version; "counters" → CountersRecord; "holds" → HoldsRecord; "clock"
// → policy::ClockMark;
//   "embedder" → EmbedderRecord;
//   "filter.urls" and "filter.blocks" → FilterRecord
//
// A page key is the xxh3-128 of its address: its URL, or what policy/collection.h makes of a page
// of another collection. Integers in keys are big-endian, so that they sort.
//
// Expiry has three parts, which expiry.h tells apart.

#pragma once

#include <memory>
#include <optional>

#include "cache/page_cache.h"
#include "policy/embedding.h"
#include "policy/reranking.h"

namespace seekd::cache {

// Opens or creates the cache. Without an embedding it is searched by words alone; vectors that
// another one made are thrown away, and their passages wait for new ones. With a reranking the best
// of every search are judged once more. Errors: version_mismatch
// (a folder of another format), busy (another process holds it), corrupt, io; each message names
// the folder and the remedy. Thread safety: as PageCache says.
Result<std::unique_ptr<PageCache>> open_rocks_page_cache(
    const config::CacheConfig& config, TimePoint now,
    std::optional<Embedding> embedding = std::nullopt,
    std::optional<Reranking> reranking = std::nullopt);

}  // namespace seekd::cache
