// The tables [[egress.site]]: how a site is fetched.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <optional>
#include <vector>

#include "config/value.h"
#include "policy/result.h"
#include "policy/site.h"

namespace seekd::config {

Result<std::vector<policy::Site>> read_sites(const Value& value);

// "22:00-06:00 +01:00": both on one clock, whose distance to UTC is written ("UTC" for none).
Result<policy::Hours> read_hours(const Value& value);

// Likewise, but not the whole day; "" is nullopt.
Result<std::optional<policy::Hours>> read_quiet_hours(const Value& value);

}  // namespace seekd::config
