#include "daemon/audit/unknown_callers.h"

#include <utility>

namespace seekd::daemon {

UnknownCallers::Entry UnknownCallers::enter(Clock::time_point now) {
  if (recorded_ == 0 || now - begun_ >= period) {
    begun_ = now;
    recorded_ = 0;
  }
  if (recorded_ < recorded_max) {
    ++recorded_;
    return Entry::recorded;
  }
  ++counted_;
  return Entry::counted;
}

std::optional<UnknownCallers::Clock::time_point> UnknownCallers::rest_due() const {
  if (counted_ == 0) return std::nullopt;
  return begun_ + period;
}

std::size_t UnknownCallers::take_rest() {
  recorded_ = 0;
  return std::exchange(counted_, 0);
}

}  // namespace seekd::daemon
