// How often a page changes, learned from the runs of its watch.
//
// A page is taken to change as a Poisson process does. A run sees whether it has changed since the
// one before, not how often; the rate that makes what was seen most likely is that of Cho and
// Garcia-Molina, "Estimating Frequency of Change" (ACM TOIT 3, 2003), with a weak belief put before
// it so that few runs do not lead far.
//
// Pure; any thread.

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
