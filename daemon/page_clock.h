// PageClock: what time it is, for all that is kept and all that is called fresh
// (policy/trusted_clock.h). The one reader of the wall clock where a wrong one would do harm.
//
// Any thread.

#pragma once

#include <mutex>
#include <optional>

#include "fetcher/wire.h"
#include "policy/trusted_clock.h"

namespace seekd::daemon {

class PageClock {
 public:
  // `mark`: the last one that was kept.
  explicit PageClock(const std::optional<policy::ClockMark>& mark);

  policy::TrustedClock::Reading read() const;
  TimePoint now() const { return read().now; }

  // What a reply's server says of the time is heard, and its times, which the fetcher read from the
  // wall clock a moment ago, become those of this clock.
  void take(fetcher::FetchReply& reply);

  // To be kept; nullopt while the wall clock is not trusted.
  std::optional<policy::ClockMark> mark() const;

 private:
  mutable std::mutex mutex_;  // guards clock_, and the order of its readings
  mutable policy::TrustedClock clock_;
};

}  // namespace seekd::daemon
