#include "cache/families.h"

#include <algorithm>
#include <utility>

#include <rocksdb/compaction_filter.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/merge_operator.h>
#include <rocksdb/table.h>

#include "cache/index/posting_merge.h"

namespace seekd::cache {
namespace {

constexpr std::uint64_t sign_bit = std::uint64_t{1} << 63;  // turned, negative times sort first

void append_big_endian(std::string& key, std::uint64_t value, int bytes) {
  while (bytes-- > 0) key += static_cast<char>(value >> (8 * bytes));
}

std::uint64_t read_big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char byte : bytes) value = value << 8 | static_cast<std::uint8_t>(byte);
  return value;
}

}  // namespace

std::string_view to_string(Family family) {
  switch (family) {
    case Family::pages:
      return "pages";
    case Family::holdings:
      return "holdings";
    case Family::versions:
      return "versions";
    case Family::blocks:
      return "blocks";
    case Family::passages:
      return "passages";
    case Family::vectors:
      return "vectors";
    case Family::terms:
      return "terms";
    case Family::expiry:
      return "expiry";
    case Family::schedule:
      return "schedule";
    case Family::meta:
      return "meta";
  }
  return "meta";
}

std::vector<rocksdb::ColumnFamilyDescriptor> family_descriptors(
    const config::CacheConfig& config, std::shared_ptr<const ExpiryClock> clock) {
  rocksdb::BlockBasedTableOptions table;
  table.block_cache = rocksdb::NewLRUCache(config.block_cache_bytes);
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  rocksdb::ColumnFamilyOptions options;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kLZ4Compression;
  // What was deleted or has expired leaves the disk within a week, even where nothing is written.
  options.periodic_compaction_seconds = 7 * 24 * 3600;

  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
  descriptors.reserve(family_count + 1);
  for (std::size_t i = 0; i < family_count; ++i) {
    descriptors.emplace_back(std::string(to_string(static_cast<Family>(i))), options);
  }
  rocksdb::ColumnFamilyOptions& terms =
      descriptors[static_cast<std::size_t>(Family::terms)].options;
  terms.merge_operator = posting_merge_operator();
  terms.compaction_filter_factory = empty_posting_list_filters();
  // A search merges what no flush has merged yet: not too much of it.
  terms.write_buffer_size = 4 << 20;
  descriptors[static_cast<std::size_t>(Family::pages)].options.compaction_filter_factory =
      expired_page_filters(std::move(clock));
  descriptors.emplace_back(rocksdb::kDefaultColumnFamilyName, options);
  return descriptors;
}

ContentHash page_key(std::string_view url) {
  return hash_text(url);
}

std::string version_key(const ContentHash& page, std::uint32_t version) {
  std::string key(page.view());
  append_big_endian(key, version, 4);
  return key;
}

std::string passage_key(std::uint64_t passage) {
  std::string key;
  append_big_endian(key, passage, 8);
  return key;
}

std::optional<std::uint64_t> parse_passage_key(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return read_big_endian(key);
}

std::string expiry_key(TimePoint expires_at, const ContentHash& page) {
  std::string key;
  const auto seconds = static_cast<std::uint64_t>(expires_at.time_since_epoch().count());
  append_big_endian(key, seconds ^ sign_bit, 8);
  key += page.view();
  return key;
}

std::optional<ExpiryKey> parse_expiry_key(std::string_view key) {
  ExpiryKey parsed;
  if (key.size() != 8 + parsed.page.bytes.size()) return std::nullopt;
  const auto seconds = static_cast<std::int64_t>(read_big_endian(key.substr(0, 8)) ^ sign_bit);
  parsed.expires_at = TimePoint(std::chrono::seconds(seconds));
  std::ranges::copy(key.substr(8), parsed.page.bytes.begin());
  return parsed;
}

std::string schedule_key(std::uint64_t number) {
  std::string key;
  append_big_endian(key, number, 8);
  return key;
}

std::optional<std::uint64_t> parse_schedule_key(std::string_view key) {
  if (key.size() != 8) return std::nullopt;
  return read_big_endian(key);
}

}  // namespace seekd::cache
