#include "cache/page_use.h"

#include <utility>

namespace seekd::cache {

void PageUse::note(const ContentHash& page, TimePoint now) {
  const std::lock_guard lock(mutex_);
  if (recent_.size() == pages_max) older_ = std::exchange(recent_, {});
  recent_[page] = now;
}

std::optional<TimePoint> PageUse::last(const ContentHash& page) const {
  const std::lock_guard lock(mutex_);
  for (const auto* uses : {&recent_, &older_}) {
    if (const auto known = uses->find(page); known != uses->end()) return known->second;
  }
  return std::nullopt;
}

}  // namespace seekd::cache
