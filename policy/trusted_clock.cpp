#include "policy/trusted_clock.h"

#include <algorithm>
#include <utility>

namespace seekd::policy {
namespace {

using std::chrono::seconds;

bool near(TimePoint a, TimePoint b, seconds tolerance) {
  return a <= b + tolerance && b <= a + tolerance;
}

}  // namespace

std::string_view to_string(ClockTrust trust) {
  switch (trust) {
    case ClockTrust::trusted:
      return "trusted";
    case ClockTrust::forward:
      return "forward";
    case ClockTrust::back:
      return "back";
  }
  return "trusted";
}

TrustedClock::TrustedClock(const std::optional<ClockMark>& mark, std::string boot_id,
                           const Clocks& start)
    : boot_id_(std::move(boot_id)), anchor_(start) {
  if (!mark) return;
  const bool same_boot = mark->boot_id == boot_id_ && mark->clocks.since_boot <= start.since_boot;
  if (same_boot) {
    anchor_ = mark->clocks;
    return;
  }
  // How long the host was down is not known: nothing was kept meanwhile.
  const bool plausible = start.wall >= mark->clocks.wall - clock_step_max &&
                         start.wall <= mark->clocks.wall + clock_absence_max;
  if (plausible) return;
  anchor_ = {mark->clocks.wall, start.since_boot};
  doubt(start);
}

TimePoint TrustedClock::believed(const Clocks& clocks) const {
  return anchor_.wall + (clocks.since_boot - anchor_.since_boot);
}

void TrustedClock::trust(const Clocks& clocks) {
  anchor_ = clocks;
  trusted_ = true;
  witness_.clear();
}

void TrustedClock::doubt(const Clocks& clocks) {
  trusted_ = false;
  doubted_ = clocks;
  witness_.clear();
}

TrustedClock::Reading TrustedClock::read(const Clocks& clocks) {
  const TimePoint steady = believed(clocks);
  if (near(clocks.wall, steady, clock_step_max)) {
    trust(clocks);
    return {clocks.wall, clocks.wall, ClockTrust::trusted};
  }
  if (trusted_) doubt(clocks);
  // Since it was doubted, the wall clock has to have gone as the clock since boot has.
  const seconds stood = clocks.since_boot - doubted_.since_boot;
  if (!near(clocks.wall, doubted_.wall + stood, clock_step_max)) doubt(clocks);
  if (clocks.since_boot - doubted_.since_boot >= clock_probation) {
    trust(clocks);
    return {clocks.wall, clocks.wall, ClockTrust::trusted};
  }
  const ClockTrust trust = clocks.wall > steady ? ClockTrust::forward : ClockTrust::back;
  return {steady, std::max(steady, clocks.wall), trust};
}

void TrustedClock::witness(std::string_view host, TimePoint date, const Clocks& clocks) {
  if (read(clocks).trust == ClockTrust::trusted) return;
  if (near(date, believed(clocks), clock_agreement)) return doubt(clocks);
  if (!near(date, clocks.wall, clock_agreement)) return;
  if (witness_.empty()) {
    witness_ = host;
  } else if (witness_ != host) {
    trust(clocks);
  }
}

std::optional<ClockMark> TrustedClock::mark(const Clocks& clocks) {
  if (read(clocks).trust != ClockTrust::trusted) return std::nullopt;
  return ClockMark{clocks, boot_id_};
}

}  // namespace seekd::policy
