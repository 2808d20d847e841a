// Looking at a cache without opening it for writing: a backup, or the folder of a seekd that is
// stopped.
//
// Nothing is changed. Errors: not_found, busy, version_mismatch, corrupt, io. One thread.

#pragma once

#include <functional>

#include "cache/page_cache.h"
#include "cache/reports.h"
#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

Result<VerifyReport> inspect(const config::CacheConfig& config, TimePoint now);

// Every live page in its current version, in no order, until `visit` answers false. A damaged one
// ends it.
Status for_each_page(const config::CacheConfig& config, TimePoint now,
                     const std::function<bool(const StoredPage&)>& visit);

// Errors: busy.
Status check_not_held(const std::filesystem::path& folder);

}  // namespace seekd::cache
