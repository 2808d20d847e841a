#include "cache/seen_filters.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cache/families.h"

namespace seekd::cache {
namespace {

Result<SeenFilter> fill_filter(const ReadView& view, Family family, std::size_t capacity) {
  SeenFilter filter(capacity);
  std::string damaged_key;
  Status read = view.for_each(family, "", [&](std::string_view key, std::string_view /*value*/) {
    ContentHash hash;
    if (key.size() != hash.bytes.size()) {
      damaged_key = key;
      return false;
    }
    std::ranges::copy(key, hash.bytes.begin());
    filter.add(hash);
    return true;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  if (!damaged_key.empty()) return std::unexpected(view.damaged(family, damaged_key));
  return filter;
}

Result<SeenFilter> load_filter(const ReadView& view, std::string_view snapshot_key, Family family,
                               std::uint64_t generation, std::size_t capacity) {
  Result<std::optional<std::string>> bytes = view.get(Family::meta, snapshot_key);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  FilterRecord record;
  if (*bytes && decode(**bytes, record) && record.generation == generation) {
    if (std::optional<SeenFilter> filter = SeenFilter::load(record)) return std::move(*filter);
  }
  return fill_filter(view, family, capacity);
}

Status widen_filter(SeenFilter& filter, const ReadView& view, Family family, std::uint64_t keys) {
  if (!filter.full()) return {};
  Result<SeenFilter> wider = fill_filter(view, family, keys * 2);
  if (!wider) return std::unexpected(std::move(wider.error()));
  filter.adopt(std::move(*wider));
  return {};
}

}  // namespace

// The keys of `holdings` are those of `pages`, before compaction has dropped some.
Result<SeenFilters> load_filters(const ReadView& view, const config::CacheConfig& config,
                                 const CountersRecord& counters) {
  Result<SeenFilter> urls =
      load_filter(view, url_filter_key, Family::holdings, counters.generation,
                  std::max<std::uint64_t>(config.urls_expected, counters.pages * 2));
  if (!urls) return std::unexpected(std::move(urls.error()));
  Result<SeenFilter> blocks =
      load_filter(view, block_filter_key, Family::blocks, counters.generation,
                  std::max<std::uint64_t>(config.blocks_expected, counters.blocks * 2));
  if (!blocks) return std::unexpected(std::move(blocks.error()));
  return SeenFilters{.urls = std::move(*urls), .blocks = std::move(*blocks)};
}

void save_filters(const SeenFilters& filters, const CountersRecord& counters, WriteSet& changes) {
  changes.put(Family::meta, url_filter_key, encode(filters.urls.save(counters.generation)));
  changes.put(Family::meta, block_filter_key, encode(filters.blocks.save(counters.generation)));
}

Status refill_filters(SeenFilters& filters, const ReadView& view, const CountersRecord& counters) {
  const auto refill = [&](SeenFilter& filter, Family family, std::uint64_t keys) -> Status {
    Result<SeenFilter> anew =
        fill_filter(view, family, std::max<std::uint64_t>(filter.capacity(), keys * 2));
    if (!anew) return std::unexpected(std::move(anew.error()));
    filter.adopt(std::move(*anew));
    return {};
  };
  if (Status done = refill(filters.urls, Family::holdings, counters.pages); !done) return done;
  return refill(filters.blocks, Family::blocks, counters.blocks);
}

Status widen_filters(SeenFilters& filters, const ReadView& view, const CountersRecord& counters) {
  if (Status widened = widen_filter(filters.urls, view, Family::holdings, counters.pages);
      !widened) {
    return widened;
  }
  return widen_filter(filters.blocks, view, Family::blocks, counters.blocks);
}

}  // namespace seekd::cache
