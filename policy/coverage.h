// Is what the cache holds enough to answer, and young enough?
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "policy/passages.h"

namespace seekd::policy {

enum class Coverage : std::uint8_t {
  enough,  // answer from these
  stale,   // they speak of it, and are older than allowed: revalidate their pages
  none,    // they do not speak of it: look for other sources
};

struct CoverageVerdict {
  Coverage coverage = Coverage::none;
  double term_share =
      0.0;  // of the question's content words, the share that the best passages hold
  std::string reason;
};

// Do the words leave it open? Then another's opinion is worth its time.
bool is_unsure(const CoverageVerdict& verdict);

// `max_age`: as in policy/age.h.
CoverageVerdict judge_coverage(std::string_view question, std::span<const Passage> passages,
                               TimePoint now, std::optional<std::chrono::seconds> max_age);

}  // namespace seekd::policy
