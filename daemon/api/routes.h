// Routes: which handler serves which path and method, and which right that takes.
//
// Called on the I/O thread. Who cannot be told is 401, before anything else; an unknown path is
// 404, a known one with another method 405 with Allow, one that the caller has no right to 403.

#pragma once

#include <memory>

#include "daemon/exchange.h"
#include "daemon/services.h"

namespace seekd::daemon {

// REQUIRES: services outlives every request.
void route(Services& services, const std::shared_ptr<Exchange>& exchange);

// A request that stands within another one, of a caller who is known already: it takes the same
// rights, counts against the same limits, and is audited as if he had sent it by itself.
void route_within(Services& services, const std::shared_ptr<Exchange>& exchange);

}  // namespace seekd::daemon
