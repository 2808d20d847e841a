// The written egress policy: sites, ports and addresses.
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

Result<std::vector<policy::SiteRule>> read_sites(const Value& value);
Result<std::vector<std::string>> read_hosts(const Value& value);
Result<std::vector<policy::EgressPolicy::PortRule>> read_host_ports(const Value& value);
Result<std::vector<policy::AddressRange>> read_ranges(const Value& value);
Result<std::optional<policy::AddressRange>> read_nat64_prefix(const Value& value);
Result<std::vector<policy::AddressException>> read_exceptions(const Value& value);

}  // namespace seekd::config
