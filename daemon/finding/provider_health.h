// ProviderHealth: when a search provider may be asked next, by what it answered before: its
// interval while it answers, and a pause that doubles with each failure, or the one it asks for.
//
// Decides; no I/O, no dice: time and chance are arguments. Not thread-safe.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>

#include "daemon/finding/web_result.h"

namespace seekd::daemon {

inline constexpr std::size_t provider_states =
    static_cast<std::size_t>(ProviderState::backing_off) + 1;

class ProviderHealth {
 public:
  using Clock = std::chrono::steady_clock;
  using Duration = std::chrono::milliseconds;

  explicit ProviderHealth(Duration interval) : interval_(interval) {}

  // Whether it is in a pause after a failure; then how long still.
  Duration pause_left(Clock::time_point now) const;
  // How long its interval has one more query wait.
  Duration turn_in(Clock::time_point now) const;
  // A query will be sent when its turn comes.
  void asked(Clock::time_point now);

  // How a query ended. `retry_after`: what the provider asked for, 0 for nothing. `chance` in
  // [0, 1) spreads the pauses of those who failed together. REQUIRES: not backing_off.
  void ended(ProviderState state, Duration retry_after, Clock::time_point now, double chance);
  // It was not asked, since it is in a pause.
  void passed_over() { ++counts_[static_cast<std::size_t>(ProviderState::backing_off)]; }

  ProviderState last() const { return last_; }
  unsigned failures_in_row() const { return failures_in_row_; }
  std::uint64_t count(ProviderState state) const {
    return counts_[static_cast<std::size_t>(state)];
  }

 private:
  Duration interval_;
  Clock::time_point next_turn_{};
  Clock::time_point paused_until_{};
  ProviderState last_ = ProviderState::nothing_found;
  unsigned failures_in_row_ = 0;
  std::array<std::uint64_t, provider_states> counts_{};
};

}  // namespace seekd::daemon
