// Looks into a closed cache's RocksDB with other eyes than the cache's own: does everything in it
// agree?

#pragma once

#include <map>
#include <string>
#include <vector>

#include "cache/families.h"
#include "config/config.h"

namespace seekd::cache {

// Every key and value of a family.
using FamilyContent = std::map<std::string, std::string>;

// REQUIRES: nobody has the cache open. `now`: what the compaction filter takes for the time.
std::map<Family, FamilyContent> read_everything(const config::CacheConfig& config);
void compact_everything(const config::CacheConfig& config, TimePoint now);

// What does not agree, one sentence each: reference counts against holdings, holdings against pages
// and versions, postings against passages, passages against texts, expiry against pages, counters
// against all. Empty: it is sound.
std::vector<std::string> contradictions(const config::CacheConfig& config);

// Puts a value in the place of another one.
void overwrite(const config::CacheConfig& config, Family family, const std::string& key,
               const std::string& value);

}  // namespace seekd::cache
