// Salvage: what can be read of a damaged cache, as a new and sound one.
//
// Every page whose text agrees with its snapshot's hash is taken over with its versions; all that
// follows from pages (holdings, counts, postings, counters, filters) is made anew. The damaged
// folder stays beside the new one. The cache must not be open. One thread.

#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::cache {

struct SalvageReport {
  std::uint64_t pages = 0;
  std::uint64_t versions = 0;
  std::uint64_t versions_lost = 0;
  std::vector<std::string> pages_lost;  // URLs, where they can still be read
  std::uint64_t gaps = 0;               // places where a file could not be read on
  std::filesystem::path damaged;        // where the old folder is now
};

// Errors: not_found, busy, version_mismatch, io, and what Storage::open says; the folder is then as
// it was.
Result<SalvageReport> salvage(const config::CacheConfig& config, TimePoint now);

}  // namespace seekd::cache
