// Those who are spoken to for being named in a table of their own, and not for their pages: search
// providers, webhooks and upstreams.
//
// Pure; any thread.

#pragma once

#include <string>
#include <vector>

#include "config/config.h"
#include "config/places.h"

namespace seekd::config {

// What their tables open for them.
std::vector<policy::SiteRule> named_peers(const Config& config);

// A line for each that the policy lets nobody reach; it begins with "FILE:LINE: " of its table.
std::vector<std::string> peer_warnings(const Config& config, const Places& places);

}  // namespace seekd::config
