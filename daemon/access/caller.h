// Caller: who asks, what he may do, and on which terms; complete when it exists.
//
// Plain value; any thread.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "config/access_config.h"
#include "daemon/access/peer.h"
#include "policy/rights.h"

namespace seekd::daemon {

// What a table [[access.caller]] says, and the defaults of [access] where it says nothing.
struct Terms {
  config::CallerLimits limits;
  config::CallerPriority priority = config::CallerPriority::interactive;
  std::vector<std::string> sites;         // hosts, as SiteRule's; empty: all
  std::vector<std::string> sites_denied;  // likewise; wins
  std::vector<std::string> collections;   // of those that he may read; empty: all of them
};

struct Caller {
  std::string name;  // of a key, a token or a table; "uid:1001" of an account; "" nobody is known
  Peer account;      // on the unix socket, unless a key or a token says who asks
  std::vector<std::string> roles;
  policy::Rights rights;
  std::shared_ptr<const Terms> terms = std::make_shared<const Terms>();
};

}  // namespace seekd::daemon
