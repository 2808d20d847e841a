// What a configuration says that is allowed and may not be meant.
//
// Pure; any thread.

#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/places.h"

namespace seekd::config {

// Each line begins with "FILE:LINE: " of what it is about, and names the line of what stands
// against it.
std::vector<std::string> warnings(const Config& config, const Places& places);

}  // namespace seekd::config
