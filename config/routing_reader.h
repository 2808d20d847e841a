// The tables [[upstream]] and [[route]]: servers with models of their own, and what is asked of
// which.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <vector>

#include "config/config.h"
#include "config/places.h"
#include "config/value.h"
#include "policy/result.h"
#include "policy/upstream.h"

namespace seekd::config {

Result<std::vector<policy::Upstream>> read_upstreams(const Value& value);
Result<std::vector<RouteConfig>> read_routes(const Value& value);

// What the tables say of each other: names that stand once, upstreams and backups that there are.
Status check_routing(const Config& config, const Places& places);

}  // namespace seekd::config
