// The host's own addresses, which no name may lead to.
//
// Asks the kernel each time (an interface may come and go). Any thread. An error is an empty list:
// the policy's fixed list of private and loopback ranges still holds.
#pragma once

#include <vector>

#include "policy/address.h"

namespace seekd::fetcher {

std::vector<policy::IpAddress> own_addresses();

}  // namespace seekd::fetcher
