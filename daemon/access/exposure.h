// Exposure: whether sockets may be served as they are configured, before anything is.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>

#include "config/config.h"
#include "policy/result.h"

namespace seekd::daemon {

// `exposed`: the places, such as "192.0.2.1:8017", that other hosts can reach. Errors:
// invalid_argument: nothing says who asks there, or what is said could be read on the way; with the
// remedy.
Status judge_exposure(std::span<const std::string> exposed, const config::Config& config);

}  // namespace seekd::daemon
