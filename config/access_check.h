// What the tables of [access] say of each other: roles that there are, callers that stand once.
//
// Pure; any thread.

#pragma once

#include "config/config.h"
#include "config/places.h"
#include "policy/result.h"

namespace seekd::config {

// Errors: invalid_argument, at the place of the option or table that is wrong, with the remedy.
Status check_access(const Config& config, const Places& places);

}  // namespace seekd::config
