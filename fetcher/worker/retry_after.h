// The pause that a server asks for: Retry-After (RFC 9110 §10.2.3) of a response that means "not
// now": 429, 502, 503, 504.
//
// Pure; time is an argument; any thread.
#pragma once

#include <chrono>

#include "fetcher/worker/response_head.h"

namespace seekd::fetcher {

// At least a second, also where the date has passed on its way here, and at most retry_after_max
// (wire.h); 0 where none is asked for, or what is written is neither a number of seconds nor a
// date.
std::chrono::seconds pause_asked_for(const ResponseHead& head, TimePoint now);

}  // namespace seekd::fetcher
