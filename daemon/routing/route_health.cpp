#include "daemon/routing/route_health.h"

#include <algorithm>
#include <utility>

namespace seekd::daemon {

void RouteHealth::succeeded() {
  state_ = State::serving;
  failures_ = 0;
  rest_ = std::chrono::seconds(0);
  reason_.clear();
}

bool RouteHealth::failed(std::string reason, Clock::time_point now) {
  // What began before the rest says nothing new.
  if (state_ == State::resting) return false;
  ++failures_;
  reason_ = std::move(reason);
  if (state_ == State::serving && failures_ < failures_max) return false;
  rest_ = rest_.count() == 0 ? rest_first : std::min(2 * rest_, rest_max);
  rests_until_ = now + rest_;
  state_ = State::resting;
  return true;
}

std::string_view to_string(RouteHealth::State state) {
  switch (state) {
    case RouteHealth::State::serving:
      return "serving";
    case RouteHealth::State::resting:
      return "resting";
    case RouteHealth::State::probing:
      return "probing";
  }
  return "serving";
}

}  // namespace seekd::daemon
