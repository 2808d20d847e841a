// UnknownCallers: which requests of callers whom nobody knows the audit log holds one by one. Who
// has no key must not be able to fill its disk: after so many in a minute the rest is counted, and
// recorded as a number when the minute is over.
//
// Pure; one thread at a time.

#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace seekd::daemon {

class UnknownCallers {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t recorded_max = 60;  // in a period
  static constexpr std::chrono::minutes period{1};

  enum class Entry {
    recorded,  // by itself
    counted,   // as one of many, at the end of its period
  };
  Entry enter(Clock::time_point now);

  // When take_rest() has something to give; nullopt: nothing is counted.
  std::optional<Clock::time_point> rest_due() const;

  // How many were counted and in no record yet. The next period begins with what comes next.
  std::size_t take_rest();

 private:
  Clock::time_point begun_;
  std::size_t recorded_ = 0;  // in the period that has begun
  std::size_t counted_ = 0;
};

}  // namespace seekd::daemon
