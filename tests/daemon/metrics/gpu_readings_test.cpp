// What this machine's own GPUs say, from within seekd's sandbox. Without a GPU there is nothing to
// say; it is tried on a machine that has one by carrying this program there.

#include <filesystem>
#include <iostream>

#include <catch2/catch.hpp>
#include <sys/wait.h>
#include <unistd.h>

#include "daemon/metrics/nvml.h"
#include "fetcher/sandbox.h"

namespace seekd::daemon {
namespace {

void print(const GpuReading& gpu) {
  std::cout << "gpu " << gpu.number << ' ' << gpu.name << ": utilization "
            << gpu.utilization.value_or(-1) << ", memory " << gpu.memory_used.value_or(0) << " of "
            << gpu.memory_total.value_or(0) << " bytes, " << gpu.temperature.value_or(-1)
            << " degrees, " << gpu.power.value_or(-1) << " W\n";
}

bool is_plausible(const GpuReading& gpu) {
  return !gpu.name.empty() && gpu.memory_total.value_or(0) > std::uint64_t{1} << 30 &&
         gpu.temperature.value_or(0) > 5 && gpu.temperature.value_or(0) < 110 &&
         gpu.power.value_or(0) < 2000;
}

// 0: all is as it should be. The process keeps the sandbox for good, so it is one of its own.
int read_in_sandbox() {
  const fetcher::Mechanisms any{config::SandboxMechanism::landlock,
                                config::SandboxMechanism::landlock_tcp,
                                config::SandboxMechanism::seccomp};
  if (!fetcher::enter_daemon_sandbox(any)) return 1;
  const auto nvml = Nvml::open();
  if (!nvml) return 2;
  const auto gpus = nvml->read();
  if (gpus.empty()) return 3;
  for (const GpuReading& gpu : gpus) {
    print(gpu);
    if (!is_plausible(gpu)) return 4;
  }
  return 0;
}

TEST_CASE("the GPUs of this machine say what they do, from within the sandbox") {
  if (!std::filesystem::exists("/dev/nvidiactl")) {
    WARN("this machine has no GPU of NVIDIA's");
    return;
  }
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    const int result = read_in_sandbox();
    std::cout.flush();
    _exit(result);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

}  // namespace
}  // namespace seekd::daemon
