// The half of the self-test that connects: fetches that are led to denied addresses, by the code
// that every fetch goes through, with one name server in the place of the real one.
//
// A fetch that would get as far as making a socket is told as a failure. Where the check were
// broken, the most that leaves is one connection request to port 443 of a denied address. One
// thread (the event loop's).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "fetcher/broker/fetch.h"
#include "fetcher/sandbox/attempts.h"

namespace seekd::fetcher {

struct ConnectionTrial {
  policy::IpAddress address;
  std::string range;  // that the address is of
};

// REQUIRES: the policy in force denies each of the addresses. Verdicts are counted in the door's
// counters. `done` is called once, never inside this call.
void run_connection_trials(Door& door, std::vector<ConnectionTrial> trials,
                           std::function<void(std::vector<Attempt>)> done);

}  // namespace seekd::fetcher
