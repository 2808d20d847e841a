// Domains that a caller names or denies, as every request with such a field writes them.
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/api/fields.h"

namespace seekd::daemon {

struct Domains {
  std::vector<std::string> allowed;  // as policy::SiteRule::host; empty: all
  std::vector<std::string> denied;   // likewise; wins
};

// Reads the list `name` of `fields`; records an error there when an entry is no host name. A domain
// stands for itself and all below it; a leading '-' denies it.
Domains read_domains(Fields& fields, std::string_view name);

}  // namespace seekd::daemon
