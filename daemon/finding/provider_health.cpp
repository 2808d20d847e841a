#include "daemon/finding/provider_health.h"

#include <algorithm>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

struct Pauses {
  ProviderHealth::Duration first;
  ProviderHealth::Duration most;
};

// What passes by itself is soon tried again; what a person has to mend, or whom a query annoys, is
// left alone for longer.
Pauses pauses_after(ProviderState state) {
  switch (state) {
    case ProviderState::captcha:
      return {10min, 24h};
    case ProviderState::suspended:
      return {1min, 1h};
    case ProviderState::rate_limited:
      return {10s, 1h};
    case ProviderState::refused:
      return {1min, 1h};
    case ProviderState::malformed:
      return {10s, 10min};
    case ProviderState::unreachable:
      return {2s, 5min};
    case ProviderState::results:
    case ProviderState::nothing_found:
    case ProviderState::backing_off:
      break;
  }
  return {0ms, 0ms};
}

constexpr unsigned doublings_max = 16;

}  // namespace

ProviderHealth::Duration ProviderHealth::pause_left(Clock::time_point now) const {
  return std::max(Duration(0), std::chrono::ceil<Duration>(paused_until_ - now));
}

ProviderHealth::Duration ProviderHealth::turn_in(Clock::time_point now) const {
  return std::max(Duration(0), std::chrono::ceil<Duration>(next_turn_ - now));
}

void ProviderHealth::asked(Clock::time_point now) {
  next_turn_ = std::max(next_turn_, now) + interval_;
}

// Those that were on their way together are one failure: the first of them began the pause.
void ProviderHealth::ended(ProviderState state, Duration retry_after, Clock::time_point now,
                           double chance) {
  ++counts_[static_cast<std::size_t>(state)];
  const Pauses pauses = pauses_after(state);
  if (pauses.first == Duration(0)) {
    last_ = state;
    failures_in_row_ = 0;
    return;
  }
  if (now < paused_until_ && failures_in_row_ > 0) return;
  last_ = state;
  const unsigned doublings = std::min(failures_in_row_++, doublings_max);
  const Duration pause = std::min(pauses.first * (1U << doublings), pauses.most);
  const auto spread = std::chrono::round<Duration>(pause * (0.75 + chance / 2));
  paused_until_ = now + std::max(spread, retry_after);
}

}  // namespace seekd::daemon
