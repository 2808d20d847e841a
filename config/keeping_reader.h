// The tables [[cache.site]]: how long a site's pages are kept and fresh.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <vector>

#include "config/value.h"
#include "policy/keeping.h"
#include "policy/result.h"

namespace seekd::config {

Result<std::vector<policy::KeepingRule>> read_keeping_rules(const Value& value);

}  // namespace seekd::config
