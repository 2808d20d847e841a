#include "fetcher/sandbox/enter.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <system_error>

#include <sys/prctl.h>

namespace seekd::fetcher {
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

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

Result<SandboxReport> enter_sandbox(const LandlockRights& rights, Result<SeccompFilter> filter,
                                    MissingMechanism missing) {
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
    report.in_force.emplace_back("seccomp");
  } else if (loaded.error().code == ErrorCode::unsupported) {
    report.missing.emplace_back("seccomp");
  } else {
    return std::unexpected(loaded.error());
  }
  if (!report.missing.empty() && missing == MissingMechanism::refuse) {
    return fail(ErrorCode::unsupported,
                "sandbox: this kernel lacks " + joined(report.missing) +
                    "; run a newer one, or set fetcher.accept_missing_sandbox = true");
  }
  return report;
}

}  // namespace seekd::fetcher
