// The record of a page and of its past versions, and their bytes.
//
// encode() cannot fail. decode() trusts nothing, as record.h says. Plain values, pure functions,
// any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/content_hash.h"
#include "policy/http_freshness.h"
#include "policy/page.h"

namespace seekd::cache {

// A block as a page names it. With its size known, a byte of the snapshot is found without reading
// the blocks before.
struct BlockRef {
  ContentHash id;
  std::uint32_t bytes = 0;  // of its text

  bool operator==(const BlockRef&) const = default;
};

struct PassageRef {
  std::uint64_t id = 0;     // key in `passages`; never used again
  ContentHash fingerprint;  // of what was indexed: title, heading path, text
  std::string heading_path;
  std::uint64_t byte_begin = 0;  // of the snapshot's text
  std::uint64_t byte_end = 0;

  bool operator==(const PassageRef&) const = default;
};

// What a feed or a sitemap is beside its text.
struct ListingRecord {
  PageKind kind = PageKind::page;
  std::uint64_t entries_total = 0;
  std::string entries;  // encoded, "" for none: search reads many pages and no entry

  bool operator==(const ListingRecord&) const = default;
};

// `pages`: the current version. In `versions` without passages, and with the links of its content
// alone.
struct PageRecord {
  TimePoint expires_at;  // first, where the compaction filter finds it
  std::string url;
  std::string final_url;
  std::uint32_t version = 1;
  ContentHash snapshot_hash;
  TimePoint retrieved_at;
  TimePoint changed_at;
  TimePoint fresh_until;
  policy::FreshnessOrigin fresh_from = policy::FreshnessOrigin::fallback;
  bool always_revalidate = false;
  policy::ChangeHistory history;  // empty in a version
  CachingHeaders headers;
  PageMetadata metadata;
  std::vector<BlockRef> blocks;
  std::vector<PassageRef> passages;  // by byte_begin
  std::string links;                 // encoded, as the entries
  ListingRecord listing;

  std::uint64_t snapshot_bytes() const;
  bool operator==(const PageRecord&) const = default;
};

// `versions`: what the page was until `replaced_at`.
struct VersionRecord {
  TimePoint replaced_at;
  PageRecord page;

  bool operator==(const VersionRecord&) const = default;
};

std::string encode(const PageRecord& record);
std::string encode(const VersionRecord& record);
std::string encode_links(const std::vector<Link>& links);
std::string encode_entries(const std::vector<PageEntry>& entries);

[[nodiscard]] bool decode(std::string_view bytes, PageRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, VersionRecord& record);
// "" is none.
[[nodiscard]] bool decode_links(std::string_view bytes, std::vector<Link>& links);
[[nodiscard]] bool decode_entries(std::string_view bytes, std::vector<PageEntry>& entries);

// A PageRecord's expires_at alone; nullopt when its bytes are damaged.
std::optional<TimePoint> decode_expires_at(std::string_view page_record);

}  // namespace seekd::cache
