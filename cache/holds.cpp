#include "cache/holds.h"

#include <utility>

namespace seekd::cache {

Result<HoldsRecord> Holds::checked(HoldsRecord record) {
  for (const Hold& hold : record.holds) {
    if (const auto match = PageMatch::parse(hold.what); !match) {
      return fail(ErrorCode::corrupt, "a stored hold: " + match.error().message);
    }
  }
  return record;
}

HoldsRecord Holds::record() const {
  const std::shared_lock lock(mutex_);
  HoldsRecord record;
  for (const Entry& entry : entries_) record.holds.push_back(entry.hold);
  return record;
}

void Holds::replace(const HoldsRecord& record) {
  std::vector<Entry> entries;
  for (const Hold& hold : record.holds) {
    if (auto match = PageMatch::parse(hold.what)) entries.push_back({std::move(*match), hold});
  }
  const std::unique_lock lock(mutex_);
  entries_ = std::move(entries);
}

std::optional<Hold> Holds::holding(std::string_view url, std::string_view final_url) const {
  const std::shared_lock lock(mutex_);
  for (const Entry& entry : entries_) {
    if (entry.match.matches(url, final_url)) return entry.hold;
  }
  return std::nullopt;
}

}  // namespace seekd::cache
