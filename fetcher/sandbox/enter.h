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
                                    MissingMechanism missing);

}  // namespace seekd::fetcher
