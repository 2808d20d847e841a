// Which entries of a feed or a sitemap are to be fetched: those that the cache does not hold, then
// those that are dated after their stored copy.
//
// Pure; any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "policy/page.h"

namespace seekd::daemon {

struct Candidate {
  std::string url;                   // canonical
  std::optional<TimePoint> changed;  // no earlier than the entry's own date; nullopt: it has none
  std::uint64_t hash = 0;            // of both: an entry with another date is another one
};

// Each once, the latest first, those without a date in their own order behind them; without what is
// no URL, the list's own URL, and what has been given up (sorted hashes).
std::vector<Candidate> candidates_of(std::span<const PageEntry> entries, const std::string& own_url,
                                     std::span<const std::uint64_t> given_up);

enum class EntryState : std::uint8_t {
  known,    // stored, and no newer by its date
  changed,  // dated after its stored copy
  absent,   // not stored
};

// `retrieved_at`: of the stored copy, nullopt where there is none.
EntryState judge_entry(const Candidate& candidate, std::optional<TimePoint> retrieved_at);

}  // namespace seekd::daemon
