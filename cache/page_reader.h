// Reading stored pages through one ReadView. Pure over the view; errors: corrupt, io.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cache/database.h"
#include "cache/page_cache.h"
#include "cache/page_record.h"
#include "policy/result.h"

namespace seekd::cache {

// The page under `key` unless it has expired.
Result<std::optional<PageRecord>> load_live_page(const ReadView& view, const ContentHash& key,
                                                 TimePoint now);

// The page of this URL unless it has expired. A record of another URL, whose hash somebody made to
// be the same, is not it.
Result<std::optional<PageRecord>> load_live_page(const ReadView& view, std::string_view url,
                                                 TimePoint now);

// The past versions under `key`, oldest first.
Result<std::vector<VersionRecord>> load_versions(const ReadView& view, const ContentHash& key);

// The record with its blocks, whose text is compared with the snapshot's hash.
Result<StoredPage> assemble_page(const ReadView& view, const PageRecord& record);

// snapshot_text[byte_begin, byte_end), reading only the blocks that it touches.
// REQUIRES: byte_begin <= byte_end <= record.snapshot_bytes().
Result<std::string> load_text(const ReadView& view, const PageRecord& record,
                              std::uint64_t byte_begin, std::uint64_t byte_end);

}  // namespace seekd::cache
