// The written egress policy: rules, hosts and addresses.
//
// Pure; any thread. Hosts come out as A-labels, paths as canonical targets, so that what the door
// compares them with is spelled alike. An entry that the door would refuse by itself is an error:
// whoever wrote it meant something else. Errors: invalid_argument, "WHERE: what is wrong"; the
// option table adds the remedy.

#pragma once

#include <optional>
#include <string>
#include <vector>

#include "config/value.h"
#include "policy/egress.h"
#include "policy/result.h"

namespace seekd::config {

// "[http://|https://]HOST[:PORT][/PATH]", HOST as in policy::SiteRule.
Result<std::vector<policy::SiteRule>> read_rules(const Value& value);
Result<std::string> read_host(const Value& value);

Result<std::vector<policy::AddressRange>> read_ranges(const Value& value);
Result<std::optional<policy::AddressRange>> read_nat64_prefix(const Value& value);
Result<std::vector<policy::AddressException>> read_exceptions(const Value& value);

// "direct", or a forward proxy's "ADDRESS:PORT".
Result<policy::Route> read_route(const Value& value);

}  // namespace seekd::config
