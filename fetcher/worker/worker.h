// A worker's life: read the job, fetch and parse what it says over the one connection, write the
// reply, end.
//
// Runs in a process of its own, forked by the zygote, with its limits and its sandbox in force
// already.
#pragma once

#include <openssl/types.h>

#include "config/config.h"
#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

[[noreturn]] void run_worker(Descriptor channel, Descriptor connection, X509_STORE* roots,
                             const config::FetcherConfig& config);

}  // namespace seekd::fetcher
