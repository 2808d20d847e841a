#include "cache/filter_snapshot.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "cache/record.h"

namespace seekd::cache {

Result<SeenFilter> load_filter(const ReadView& view, const FilterPlace& place,
                               std::uint64_t generation, std::size_t capacity) {
  Result<std::optional<std::string>> bytes = view.get(Family::meta, place.snapshot);
  if (!bytes) return std::unexpected(std::move(bytes.error()));
  FilterRecord record;
  if (*bytes && decode(**bytes, record) && record.generation == generation) {
    if (std::optional<SeenFilter> filter = SeenFilter::load(record)) return std::move(*filter);
  }
  return fill_filter(view, place, capacity);
}

Result<SeenFilter> fill_filter(const ReadView& view, const FilterPlace& place,
                               std::size_t capacity) {
  SeenFilter filter(capacity);
  std::string damaged_key;
  Status read = view.for_each(place.keys, "", [&](std::string_view key, std::string_view) {
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
  if (!damaged_key.empty()) return std::unexpected(view.damaged(place.keys, damaged_key));
  return filter;
}

}  // namespace seekd::cache
