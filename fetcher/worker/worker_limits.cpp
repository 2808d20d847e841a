#include "fetcher/worker/worker_limits.h"

#include <cerrno>
#include <csignal>
#include <cstring>

#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "fetcher/sandbox.h"

namespace seekd::fetcher {
namespace {

// The channel, the connection, /dev/null three times; libcurl refuses to work with very few.
constexpr rlim_t descriptors_max = 16;

Status system_error(const char* what) {
  return fail(ErrorCode::io, std::string("worker: ") + what + ": " + std::strerror(errno));
}

bool limit(__rlimit_resource resource, rlim_t soft, rlim_t hard) {
  const rlimit value{soft, hard};
  return setrlimit(resource, &value) == 0;
}

}  // namespace

Status limit_worker(pid_t zygote, std::uint64_t address_space_bytes,
                    const config::FetcherConfig& config) {
  if (prctl(PR_SET_PDEATHSIG, SIGKILL) != 0 || getppid() != zygote) {
    return system_error("the zygote has ended");
  }
  // Its memory is no other process's of the same user to read.
  if (prctl(PR_SET_DUMPABLE, 0) != 0) return system_error("PR_SET_DUMPABLE");
  const auto cpu = static_cast<rlim_t>(config.worker_cpu_max.count());
  const auto memory = static_cast<rlim_t>(address_space_bytes + config.worker_memory_max);
  // One second from SIGXCPU, which names the cause, to SIGKILL, which cannot be caught.
  if (!limit(RLIMIT_CPU, cpu, cpu + 1) || !limit(RLIMIT_AS, memory, memory) ||
      !limit(RLIMIT_NOFILE, descriptors_max, descriptors_max) || !limit(RLIMIT_NPROC, 0, 0) ||
      !limit(RLIMIT_FSIZE, 0, 0) || !limit(RLIMIT_CORE, 0, 0)) {
    return system_error("setrlimit");
  }
  return enter_worker_sandbox(config.accept_missing);
}

}  // namespace seekd::fetcher
