// POST /selftest: the broker, and a worker of the running zygote, try what they must not be able to
// do, and the policy in force is asked for what it must refuse. Nothing that the policy judges is
// connected to, whatever the verdict.
//
// One thread (the event loop's). Bounded: some two hundred attempts, one worker.
#pragma once

#include <functional>
#include <string>

#include "fetcher/broker/fetch.h"
#include "fetcher/sandbox/attempts.h"

namespace seekd::fetcher {

// Addresses of every range of the deny list, its first and its last, and URLs and redirects that
// lead inwards, each as the broker would judge it. What an exception opens is told as opened.
std::vector<Attempt> try_policy(const policy::EgressPolicy& policy,
                                std::span<const policy::IpAddress> own);

// `done` is called once, never inside this call, with {"attempts": [{by, tried, expected, got,
// passed}], "passed"} as JSON.
void run_self_test(Door& door, std::function<void(std::string)> done);

}  // namespace seekd::fetcher
