// What is done with a cache that no seekd holds: check, repair, restore, export, and
// its keys.
//
// Blocking; one thread; each prints what it found. Errors: busy (a process holds it), not_found,
// version_mismatch, corrupt, io.
#pragma once

#include <filesystem>

#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::ctl {

Status check_cache(const config::CacheConfig& config, TimePoint now);
Status repair_cache(const config::CacheConfig& config, TimePoint now);

// A JSON line for each page, as `seekctl import --jsonl` reads them; past versions are not
// exported.
Status export_cache(const config::CacheConfig& config, TimePoint now);

// The backup is checked first; what was there before is renamed, not removed.
Status restore_cache(const config::CacheConfig& config, const std::filesystem::path& backup,
                     TimePoint now);

// `config.key_file` is the key that the cache has afterwards (encrypt) or had before (the others).
// But for rotate_key() the old folder stays, beside the new one.
Status encrypt_cache(const config::CacheConfig& config, TimePoint now);
Status decrypt_cache(const config::CacheConfig& config, TimePoint now);
Status rotate_key(const config::CacheConfig& config, const std::filesystem::path& new_key,
                  TimePoint now);
Status rewrite_cache(const config::CacheConfig& config, const std::filesystem::path& new_key,
                     TimePoint now);

}  // namespace seekd::ctl
