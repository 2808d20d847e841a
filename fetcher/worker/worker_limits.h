// What a worker may spend, and that it ends with the zygote: set by itself right after the fork,
// before its first byte.
#pragma once

#include <cstdint>

#include <sys/types.h>

#include "config/config.h"
#include "policy/result.h"

namespace seekd::fetcher {

// `address_space_bytes`: mapped already; fetcher.worker_memory_max is added to it. Errors: io,
// unsupported.
Status limit_worker(pid_t zygote, std::uint64_t address_space_bytes,
                    const config::FetcherConfig& config);

}  // namespace seekd::fetcher
