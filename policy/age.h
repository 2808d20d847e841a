// How old a source may be when an answer uses it unasked.
//
// Pure; any thread. One rule for pages and for passages, so that a source which one part takes for
// young is never taken for old by another.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "policy/passages.h"

namespace seekd::policy {

enum class Age : std::uint8_t {
  young_enough,
  too_old,  // to be revalidated before it is used
};

// When a page's server last confirmed it, and for how long that holds.
struct Confirmation {
  TimePoint retrieved_at;
  TimePoint fresh_until;
  bool stale_forbidden = false;  // past fresh_until it may not be used unconfirmed, RFC 9111 §4.2.4
};

// Confirmed less than `max_age` ago where one is given, so that 0 is always too old; else within
// its own lifetime; nothing that a clock confirmed which was ahead. Past it, what may not be used
// stale is too old for any caller.
Age judge_age(const Confirmation& source, std::optional<std::chrono::seconds> max_age,
              TimePoint now);
// A passage of another collection than the web is always young enough: no server has newer text.
Age judge_age(const Passage& passage, std::optional<std::chrono::seconds> max_age, TimePoint now);

}  // namespace seekd::policy
