// RocksPageCache: PageCache on RocksDB. The column families and their keys: docs/ARCHITECTURE.md, "What is stored".
#pragma once

#include <memory>

#include "cache/page_cache.h"

namespace seekd::cache {

// Opens or creates the cache. Errors: version_mismatch (a folder of another format), busy (another process holds it), corrupt,
// io; each message names the folder and the remedy. Thread safety: as PageCache says.
Result<std::unique_ptr<PageCache>> open_rocks_page_cache(const config::CacheConfig& config, TimePoint now);

}  // namespace seekd::cache
