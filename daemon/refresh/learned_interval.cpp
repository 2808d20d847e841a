#include "daemon/refresh/learned_interval.h"

#include <vector>

#include "policy/change_history.h"

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds believed_interval = 6h;

std::vector<policy::Visit> visits_of(std::span<const WatchRun> history) {
  std::vector<policy::Visit> visits;
  const WatchRun* before = nullptr;
  for (const WatchRun& run : history) {
    if (!run.succeeded()) continue;
    if (before != nullptr && run.at > before->at) {
      visits.push_back({run.at - before->at, run.outcome == RunOutcome::changed});
    }
    before = &run;
  }
  return visits;
}

}  // namespace

std::chrono::seconds learned_interval(std::span<const WatchRun> history) {
  const double rate = policy::change_rate(visits_of(history), believed_interval);
  return policy::time_until_changed(rate, 0.5);
}

}  // namespace seekd::daemon
