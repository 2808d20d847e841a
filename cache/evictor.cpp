#include "cache/evictor.h"

#include <algorithm>
#include <utility>

#include "cache/families.h"
#include "cache/holds.h"
#include "cache/page_record.h"

namespace seekd::cache {
namespace {

constexpr double fill_after = 0.9;  // of the limit, so that the next store does not evict again

}  // namespace

Result<std::vector<Evictor::Candidate>> Evictor::candidates(TimePoint now) const {
  const ReadView view(database_);
  std::vector<Candidate> candidates;
  Status read = view.for_each(Family::pages, "", [&](std::string_view, std::string_view value) {
    PageRecord page;
    // What is damaged is for `seekctl cache repair`.
    if (!decode(value, page) || page.expires_at == never) return true;
    const ContentHash key = page_key(page.url);
    const TimePoint used = std::max(page.retrieved_at, use_.last(key).value_or(TimePoint::min()));
    const std::uint64_t bytes = page.snapshot_bytes() + value.size();
    const auto age = std::max<std::int64_t>((now - used).count(), 0) + 1;
    candidates.push_back({key, bytes, static_cast<double>(bytes) * static_cast<double>(age)});
    return true;
  });
  if (!read) return std::unexpected(std::move(read.error()));
  std::ranges::sort(candidates, std::ranges::greater{}, &Candidate::cost);
  return candidates;
}

Result<std::size_t> Evictor::fit(TimePoint now) {
  const auto used = static_cast<double>(database_.disk_bytes());
  const auto limit = static_cast<double>(disk_bytes_max_);
  if (used <= limit) return 0;
  const auto pages = candidates(now);
  if (!pages) return std::unexpected(pages.error());
  double bytes_left = 0;
  for (const Candidate& page : *pages) bytes_left += static_cast<double>(page.bytes);
  // A page's part of the index is taken to be as large as its part of the text.
  double bytes_to_go = bytes_left * (1.0 - limit * fill_after / used);
  std::size_t evicted = 0;
  for (const Candidate& page : *pages) {
    if (bytes_to_go <= 0) break;
    if (Status gone = writer_.evict(page.key); !gone) return std::unexpected(gone.error());
    bytes_to_go -= static_cast<double>(page.bytes);
    ++evicted;
  }
  if (evicted == 0) return 0;
  if (Status compacted = database_.compact(); !compacted) return std::unexpected(compacted.error());
  return evicted;
}

}  // namespace seekd::cache
