// RouteHealth: whether a route's target is asked, or rests. Three failures one after another, and
// it rests; when that time is over it is probed, and rests twice as long where the probe fails.
//
// Decides; no I/O, no clock. One thread.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::daemon {

class RouteHealth {
 public:
  using Clock = std::chrono::steady_clock;

  static constexpr std::size_t failures_max = 3;  // one after another
  static constexpr std::chrono::seconds rest_first{5};
  static constexpr std::chrono::seconds rest_max{300};

  enum class State : std::uint8_t {
    serving,  // its target is asked
    resting,  // its backup is, until the rest is over
    probing,  // likewise, while the target is asked whether it is back
  };

  State state() const { return state_; }
  bool serves() const { return state_ == State::serving; }
  std::size_t failures() const { return failures_; }     // one after another, probes included
  const std::string& reason() const { return reason_; }  // of the last one; "" while it serves
  // REQUIRES: resting.
  Clock::time_point rests_until() const { return rests_until_; }

  void succeeded();
  // True: from now on it rests.
  bool failed(std::string reason, Clock::time_point now);
  // REQUIRES: resting.
  void probe() { state_ = State::probing; }

 private:
  State state_ = State::serving;
  std::size_t failures_ = 0;
  std::chrono::seconds rest_{0};
  std::string reason_;
  Clock::time_point rests_until_;
};

std::string_view to_string(RouteHealth::State state);

}  // namespace seekd::daemon
