// A worker's life: wait for the job and the one connection that comes with it, fetch and parse what
// it says, write the reply, end.
//
// Runs in a process of its own, forked by the zygote, with its limits and its sandbox in force
// already.
#pragma once

#include <openssl/types.h>

#include "config/config.h"
#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

[[noreturn]] void run_worker(Descriptor channel, X509_STORE* roots,
                             const config::FetcherConfig& config);

}  // namespace seekd::fetcher
