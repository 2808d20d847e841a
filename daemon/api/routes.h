// Routes: which handler serves which path and method.
//
// Called on the I/O thread. An unknown path is 404, a known one with another method 405 with Allow.

#pragma once

#include <memory>

#include "daemon/exchange.h"
#include "daemon/services.h"

namespace seekd::daemon {

// REQUIRES: services outlives every request.
void route(Services& services, const std::shared_ptr<Exchange>& exchange);

}  // namespace seekd::daemon
