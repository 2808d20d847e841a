// Sites by topic that the policy does not let through.
//
// Pure; any thread.

#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/places.h"

namespace seekd::config {

// Each line begins with "FILE:LINE: " of the table that it is about.
std::vector<std::string> search_warnings(const Config& config, const Places& places);

}  // namespace seekd::config
