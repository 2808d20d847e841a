// Options that are each possible and together are not.
//
// Pure; any thread.

#pragma once

#include "config/config.h"
#include "config/places.h"
#include "policy/result.h"

namespace seekd::config {

// Errors: invalid_argument, at the place of one of the two options, naming both values and the
// remedy.
Status check_contradictions(const Config& config, const Places& places);

}  // namespace seekd::config
