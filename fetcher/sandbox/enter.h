// The order that all sandboxes share: one thread, no new privileges, Landlock, seccomp, and what to
// do without one of them.
//
// Errors: internal (several threads), unsupported, io.
#pragma once

#include "fetcher/sandbox.h"
#include "fetcher/sandbox/landlock.h"
#include "fetcher/sandbox/seccomp.h"

namespace seekd::fetcher {

Result<SandboxReport> enter_sandbox(const LandlockRights& rights, Result<SeccompFilter> filter,
                                    const Mechanisms& accepted);

// Errors: unsupported, naming the first of `missing` that is not `accepted`, and the remedy.
Status require_accepted(const Mechanisms& missing, const Mechanisms& accepted);

}  // namespace seekd::fetcher
