// Taking rights away from the calling process, for good: Landlock and seccomp (libseccomp).
//
// Called once, before the first byte from outside, from a process's only thread. Each granted path or call has a
// comment that says why. Errors: unsupported (the kernel lacks the mechanism; the message names it), io.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "policy/result.h"

namespace seekd::fetcher {

// seekd: no INET socket can be made or connected any more; nothing can be executed. Call it after the listeners are bound.
Status enter_daemon_sandbox();

// The broker: may read these files and folders, and no other; may not execute; may write nothing but its socket's folder.
Status enter_broker_sandbox(const std::vector<std::filesystem::path>& readable,
                            const std::vector<std::filesystem::path>& writable);

// The process that forks workers: as the broker, without sockets of its own.
Status enter_worker_sandbox();

}  // namespace seekd::fetcher
