// Options that are each possible and together are not.
//
// Pure; any thread.

#pragma once

#include <functional>
#include <map>
#include <string>

#include "config/config.h"
#include "policy/result.h"

namespace seekd::config {

// Option name → how messages about it begin; options that keep their default are not in it.
using Places = std::map<std::string, std::string, std::less<>>;

// Errors: invalid_argument, at the place of one of the two options, naming both values and the
// remedy.
Status check_contradictions(const Config& config, const Places& places);

}  // namespace seekd::config
