// When a watch runs next.
//
// Pure; time is an argument; any thread.

#pragma once

#include <optional>

#include "config/config.h"
#include "daemon/refresh/watch.h"

namespace seekd::daemon {

// After `now`, which is the end of its latest run, or when it is asked for. Failures in a row put
// off what has an interval. nullopt: its calendar has no moment left.
std::optional<TimePoint> next_due(const Watch& watch, TimePoint now,
                                  const config::RefreshConfig& config);

// After a failure that is nobody's but ours (no fetcher answers): soon again, less soon each time.
TimePoint retry_due(const Watch& watch, TimePoint now);

// nullopt: runs may begin. Else the end of the quiet hours.
std::optional<TimePoint> quiet_until(const config::RefreshConfig& config, TimePoint now);

// How long a learned watch waits, within the configuration's bounds.
std::chrono::seconds current_interval(const Watch& watch, const config::RefreshConfig& config);

}  // namespace seekd::daemon
