// PageUse: when pages were last read, by a reader or by a search.
//
// In memory alone: after a restart a page's last retrieval stands for it. Any thread.

#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <unordered_map>

#include "cache/content_hash.h"
#include "policy/page.h"

namespace seekd::cache {

class PageUse {
 public:
  void note(const ContentHash& page, TimePoint now);

  // nullopt when it was not read since the cache was opened, or so long ago that it is forgotten.
  std::optional<TimePoint> last(const ContentHash& page) const;

 private:
  static constexpr std::size_t pages_max = 200'000;  // in each of the two

  mutable std::mutex mutex_;
  // When `recent_` is full it becomes `older_`, and what was there is forgotten.
  std::unordered_map<ContentHash, TimePoint, ContentHashHasher> recent_;
  std::unordered_map<ContentHash, TimePoint, ContentHashHasher> older_;
};

}  // namespace seekd::cache
