// The same cache under another key, or under none. Nobody may have it open. One thread.

#pragma once

#include <filesystem>

#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::cache {

// Another master key from now on (`new_key`); what is stored is not touched, since the key inside
// the folder, which encrypts it, stays. Errors: not_found, busy, invalid_argument (the key of
// `config` is not the cache's; it is not encrypted), corrupt, io; the folder is then as it was.
Status rotate_key(const config::CacheConfig& config, const std::filesystem::path& new_key);

// Every record in a new folder under `new_key` ("": not encrypted) and a new key inside; when all
// is proved to agree, it takes the old one's place. Gives where the old folder is now. Errors:
// likewise.
Result<std::filesystem::path> rewrite_under_key(const config::CacheConfig& config,
                                                const std::filesystem::path& new_key,
                                                TimePoint now);

}  // namespace seekd::cache
