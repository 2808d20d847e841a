// The TLS half of the self-test: the running zygote's workers are led to servers that they must
// refuse, and to one that they must not.
//
// A server is a worker too (worker/tls_server.h), and the connection between them a socket pair:
// no port is opened, no address is reached, and both are as confined as with a page. One thread
// (the event loop's).
#pragma once

#include <functional>
#include <vector>

#include "fetcher/broker/fetch.h"
#include "fetcher/sandbox/attempts.h"

namespace seekd::fetcher {

// `done` is called once, never inside this call.
void run_tls_trials(Door& door, std::function<void(std::vector<Attempt>)> done);

}  // namespace seekd::fetcher
