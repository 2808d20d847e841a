// The records of the cache beside the page itself (page_record.h), and their bytes.
//
// Every record opens with the version of its own layout. encode() cannot fail. decode() trusts
// nothing: it answers false for bytes that are cut, have something left over, contradict themselves
// or are of another layout, and never reads past them or allocates more than a small multiple of
// them. Plain values, pure functions, any thread.

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/content_hash.h"
#include "cache/index/language.h"
#include "policy/page.h"
#include "policy/trusted_clock.h"

namespace seekd::cache {

// `holdings`: what must be given back when a page goes. Apart from the page's record, because
// compaction may drop that one as soon as it has expired.
struct HoldingsRecord {
  TimePoint expires_at;
  std::vector<ContentHash> blocks;      // of all its versions, sorted, each once
  std::vector<std::uint64_t> passages;  // of the current version

  bool operator==(const HoldingsRecord&) const = default;
};

// `blocks`. A page counts once, however often and in however many of its versions it has the block:
// so a re-fetch rewrites no block that it did not change.
struct BlockRecord {
  std::uint32_t pages = 0;
  Block block;

  bool operator==(const BlockRecord&) const = default;
};

struct TermCount {
  std::string term;
  std::uint32_t count = 0;

  bool operator==(const TermCount&) const = default;
};

// `passages`: whose it is, and exactly what the index holds of it, so that it can be taken out
// again.
struct PassageRecord {
  ContentHash page;                       // key in `pages`
  Language language = Language::english;  // whose stems the terms are
  std::uint32_t length = 0;               // terms, counted as often as they occur
  std::vector<TermCount> terms;           // sorted by term

  bool operator==(const PassageRecord&) const = default;
};

// `vectors`: where a passage is found from in memory, one for each passage. Its vector is `scale`
// times `values`.
struct VectorRecord {
  std::string host;                 // of the page's URL
  float scale = 0.0F;               // 0 while the passage waits to be embedded
  std::vector<std::int8_t> values;  // [dimension]; empty while it waits

  bool waits() const { return values.empty(); }
  bool operator==(const VectorRecord&) const = default;
};

// `meta`, "embedder": whose vectors `vectors` holds.
struct EmbedderRecord {
  std::string fingerprint;
  std::uint64_t dimension = 0;

  bool operator==(const EmbedderRecord&) const = default;
};

// What may not go: pages of a URL or of a site stay, with all their versions, until they are let
// go.
struct Hold {
  std::string what;  // a canonical URL, or a host as in policy::SiteRule::host
  std::string reason;
  TimePoint since;

  bool operator==(const Hold&) const = default;
};

// `meta`, "holds".
struct HoldsRecord {
  std::vector<Hold> holds;

  bool operator==(const HoldsRecord&) const = default;
};

// `meta`, "counters": written in every batch, so that they are true after a crash.
struct CountersRecord {
  std::uint64_t generation =
      0;  // batches written; a Bloom filter snapshot of another generation is old
  std::uint64_t pages = 0;
  std::uint64_t versions = 0;
  std::uint64_t blocks = 0;
  std::uint64_t passages = 0;
  std::uint64_t terms = 0;  // sum of the passages' lengths
  std::uint64_t next_passage = 0;
  std::array<std::uint64_t, language_count> languages{};  // passages by language

  bool operator==(const CountersRecord&) const = default;
};

// `meta`, "clock": the last moment at which the wall clock was trusted.
std::string encode(const policy::ClockMark& record);
[[nodiscard]] bool decode(std::string_view bytes, policy::ClockMark& record);

// `meta`, "filter.urls" and "filter.blocks".
struct FilterRecord {
  std::uint64_t generation = 0;  // of the counters that it was written with
  std::uint64_t capacity = 0;    // entries it was sized for
  std::uint64_t entries = 0;     // added to it
  std::string bits;

  bool operator==(const FilterRecord&) const = default;
};

std::string encode(const HoldingsRecord& record);
std::string encode(const BlockRecord& record);
std::string encode(const PassageRecord& record);
std::string encode(const VectorRecord& record);
std::string encode(const EmbedderRecord& record);
std::string encode(const HoldsRecord& record);
std::string encode(const CountersRecord& record);
std::string encode(const FilterRecord& record);

// The page of a PassageRecord alone, without its terms; nullopt when its bytes are damaged.
std::optional<ContentHash> decode_page(std::string_view passage_record);

[[nodiscard]] bool decode(std::string_view bytes, HoldingsRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, BlockRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, PassageRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, VectorRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, EmbedderRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, HoldsRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, CountersRecord& record);
[[nodiscard]] bool decode(std::string_view bytes, FilterRecord& record);

}  // namespace seekd::cache
