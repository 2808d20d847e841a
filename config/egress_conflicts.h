// Rules of the egress policy that stand against each other, or that nothing can ever meet.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>
#include <vector>

#include "config/places.h"
#include "policy/egress.h"

namespace seekd::config {

// Each line begins with "FILE:LINE: " of the rule that has no effect, and names that of the other.
// `named`: what named_peers() opens beside the policy.
std::vector<std::string> egress_conflicts(const policy::EgressPolicy& egress,
                                          std::span<const policy::SiteRule> named,
                                          const Places& places);

}  // namespace seekd::config
