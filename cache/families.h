// The column families of the cache: their names, their keys, and how RocksDB keeps each. What they
// hold stands at the head of rocks_page_cache.h. Pure functions, any thread.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <rocksdb/db.h>

#include "cache/content_hash.h"
#include "cache/expiry.h"
#include "config/config.h"
#include "policy/page.h"

namespace seekd::cache {

// Changes with any family, key or record.
inline constexpr std::uint64_t format_version = 5;

// Keys of `meta`.
inline constexpr std::string_view format_key = "format";  // varint, format_version
inline constexpr std::string_view counters_key = "counters";
inline constexpr std::string_view holds_key = "holds";
inline constexpr std::string_view clock_key = "clock";
inline constexpr std::string_view embedder_key = "embedder";
inline constexpr std::string_view url_filter_key = "filter.urls";
inline constexpr std::string_view block_filter_key = "filter.blocks";

enum class Family : std::uint8_t {
  pages,
  holdings,
  versions,
  blocks,
  passages,
  vectors,
  terms,
  expiry,
  schedule,
  meta
};
inline constexpr std::size_t family_count = 10;

std::string_view to_string(Family family);

// One descriptor per family in the enum's order, then RocksDB's own "default", which stays empty.
std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(
    const config::CacheConfig& config, std::shared_ptr<const ExpiryClock> clock);

ContentHash page_key(std::string_view url);
std::string version_key(const ContentHash& page, std::uint32_t version);
std::string passage_key(std::uint64_t passage);
// nullopt when the key has another shape.
std::optional<std::uint64_t> parse_passage_key(std::string_view key);
std::string expiry_key(TimePoint expires_at, const ContentHash& page);

struct ExpiryKey {
  TimePoint expires_at;
  ContentHash page;
};

// nullopt when the key has another shape.
std::optional<ExpiryKey> parse_expiry_key(std::string_view key);

std::string schedule_key(std::uint64_t number);
// nullopt when the key has another shape.
std::optional<std::uint64_t> parse_schedule_key(std::string_view key);

}  // namespace seekd::cache
