// How often a page changes, learned from the runs of its watch.
//
// Pure; any thread. The estimate is that of policy/change_history.h.

#pragma once

#include <chrono>
#include <span>

#include "daemon/refresh/watch.h"

namespace seekd::daemon {

// After so long a page has changed with a probability of one half; six hours where nothing is known
// yet. Runs that failed, and those that a stepped clock put before the one before them, say
// nothing.
std::chrono::seconds learned_interval(std::span<const WatchRun> history);

}  // namespace seekd::daemon
