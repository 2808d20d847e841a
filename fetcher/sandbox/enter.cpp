#include "fetcher/sandbox/enter.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <utility>

#include <sys/prctl.h>

namespace seekd::fetcher {

using config::SandboxMechanism;

namespace {

// Landlock and seccomp bind the calling thread and what it starts, not its siblings.
Status require_single_thread() {
  std::error_code error;
  std::filesystem::directory_iterator tasks("/proc/self/task", error);
  if (error) return fail(ErrorCode::io, "sandbox: cannot read /proc/self/task: " + error.message());
  const auto threads = std::distance(begin(tasks), end(tasks));
  if (threads == 1) return {};
  return fail(ErrorCode::internal, "sandbox: entered with " + std::to_string(threads) +
                                       " threads running; it has to be entered before the first");
}

std::string_view needs(SandboxMechanism mechanism) {
  switch (mechanism) {
    case SandboxMechanism::landlock:
      return "Linux 5.13 with CONFIG_SECURITY_LANDLOCK, and \"landlock\" in its lsm= list";
    case SandboxMechanism::landlock_tcp:
      return "Linux 6.7";
    case SandboxMechanism::seccomp:
      return "CONFIG_SECCOMP_FILTER";
  }
  return "a newer kernel";
}

}  // namespace

Status require_accepted(const Mechanisms& missing, const Mechanisms& accepted) {
  for (const SandboxMechanism mechanism : missing) {
    if (std::ranges::find(accepted, mechanism) != accepted.end()) continue;
    const std::string name(to_string(mechanism));
    std::string message = "sandbox: this kernel lacks ";
    message.append(name).append(", which needs ").append(needs(mechanism));
    message.append("; run on such a kernel, or accept the lack by adding \"").append(name);
    message.append("\" to fetcher.accept_missing");
    return fail(ErrorCode::unsupported, std::move(message));
  }
  return {};
}

Result<SandboxReport> enter_sandbox(const LandlockRights& rights, Result<SeccompFilter> filter,
                                    const Mechanisms& accepted) {
  if (!filter) return std::unexpected(filter.error());
  if (auto single = require_single_thread(); !single) return std::unexpected(single.error());
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return fail(ErrorCode::io, std::string("sandbox: no_new_privs: ") + std::strerror(errno));
  }
  SandboxReport report{{"no_new_privs"}, {}};
  if (auto entered = enter_landlock(rights, report.in_force, report.missing); !entered) {
    return std::unexpected(entered.error());
  }
  if (auto loaded = filter->load(); loaded) {
    report.in_force.emplace_back(to_string(SandboxMechanism::seccomp));
  } else if (loaded.error().code == ErrorCode::unsupported) {
    report.missing.push_back(SandboxMechanism::seccomp);
  } else {
    return std::unexpected(loaded.error());
  }
  if (auto all = require_accepted(report.missing, accepted); !all) {
    return std::unexpected(all.error());
  }
  return report;
}

}  // namespace seekd::fetcher
