// Holds: pages that stay, with all their versions, whatever their age and whoever asks to forget
// them, until they are let go.
//
// In memory what `meta` holds. Any thread.

#pragma once

#include <mutex>
#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

#include "cache/page_match.h"
#include "cache/record.h"
#include "policy/result.h"

namespace seekd::cache {

// When a held page expires: with the last second that RFC 3339 can write.
inline constexpr TimePoint never{std::chrono::seconds(253'402'300'799)};

class Holds {
 public:
  // Errors: corrupt (a stored hold that names nothing).
  static Result<HoldsRecord> checked(HoldsRecord record);

  // REQUIRES: `record` has been checked.
  explicit Holds(const HoldsRecord& record) { replace(record); }

  HoldsRecord record() const;
  void replace(const HoldsRecord& record);

  // nullopt when nothing holds the page.
  std::optional<Hold> holding(std::string_view url, std::string_view final_url) const;

 private:
  struct Entry {
    PageMatch match;
    Hold hold;
  };

  mutable std::shared_mutex mutex_;
  std::vector<Entry> entries_;
};

}  // namespace seekd::cache
