// POST /selftest: the broker, and workers of the running zygote, try what they must not be able to
// do. The policy in force is asked for what it must refuse; then fetches are led to an address of
// each denied range (connection_trials.h), and workers to TLS servers (tls_trials.h).
//
// One thread (the event loop's). Bounded: some two hundred attempts, one fetch and one worker at a
// time.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "fetcher/broker/connection_trials.h"
#include "fetcher/broker/fetch.h"
#include "fetcher/sandbox/attempts.h"

namespace seekd::fetcher {

// Addresses of every range of the deny list, its first and its last, and URLs and redirects that
// lead inwards, each as the broker would judge it. What an exception opens is told as opened.
std::vector<Attempt> try_policy(const policy::EgressPolicy& policy,
                                std::span<const policy::IpAddress> own);

// An address of each range that the policy in force denies, and those of the host: what an
// exception opens is not among them.
std::vector<ConnectionTrial> denied_connections(const policy::EgressPolicy& policy,
                                                std::span<const policy::IpAddress> own);

// `embedded_models`: where they are, which the confined broker cannot find out. `done` is called
// once, never inside this call, with {"attempts": [{by, tried, expected, got, passed}], "passed"}
// as JSON.
void run_self_test(Door& door, const std::vector<std::filesystem::path>& embedded_models,
                   std::function<void(std::string)> done);

}  // namespace seekd::fetcher
