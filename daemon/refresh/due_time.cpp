#include "daemon/refresh/due_time.h"

#include <algorithm>

#include "daemon/refresh/learned_interval.h"
#include "policy/calendar.h"

namespace seekd::daemon {
namespace {

using std::chrono::seconds;

constexpr std::uint32_t doublings_max = 4;
constexpr seconds retry_first{60};

// In [0, 1), of its own for every run of every watch (splitmix64, Steele et al. 2014).
double spread_of(const Watch& watch) {
  std::uint64_t bits = watch.id * 0x9e3779b97f4a7c15ULL + watch.runs;
  bits = (bits ^ (bits >> 30)) * 0xbf58476d1ce4e5b9ULL;
  bits = (bits ^ (bits >> 27)) * 0x94d049bb133111ebULL;
  return static_cast<double>((bits ^ (bits >> 31)) >> 11) / static_cast<double>(1ULL << 53);
}

// The runs of one moment are spread over so much behind it.
seconds spread_within(const Watch& watch, seconds gap, const config::RefreshConfig& config) {
  const seconds span = std::min(config.jitter, gap / 10);
  return seconds(static_cast<std::int64_t>(spread_of(watch) * static_cast<double>(span.count())));
}

std::optional<TimePoint> next_of_calendar(const Watch& watch, TimePoint now,
                                          const config::RefreshConfig& config) {
  const auto calendar = policy::Calendar::parse(watch.terms.calendar);
  if (!calendar) return std::nullopt;
  const auto next = calendar->next(now);
  if (!next) return std::nullopt;
  const auto following = calendar->next(*next);
  const seconds gap = following ? *following - *next : config.jitter * 10;
  return std::max(*next + spread_within(watch, gap, config), now + config.interval_min);
}

std::uint32_t doublings(const Watch& watch) {
  return std::min(std::max(watch.failures_in_row, 1U) - 1, doublings_max);
}

}  // namespace

seconds current_interval(const Watch& watch, const config::RefreshConfig& config) {
  const seconds wanted = watch.terms.rhythm == Rhythm::interval
                             ? watch.terms.interval
                             : std::min(learned_interval(watch.history), config.interval_max);
  return std::max(wanted, config.interval_min);
}

std::optional<TimePoint> next_due(const Watch& watch, TimePoint now,
                                  const config::RefreshConfig& config) {
  if (watch.terms.rhythm == Rhythm::calendar) return next_of_calendar(watch, now, config);
  const seconds interval = current_interval(watch, config) * (1U << doublings(watch));
  // To both sides of it, so that the mean is what was asked for.
  const seconds span = std::min(config.jitter, interval / 10);
  return now + interval + spread_within(watch, interval, config) - span / 2;
}

TimePoint retry_due(const Watch& watch, TimePoint now) {
  return now + retry_first * (1U << doublings(watch));
}

std::optional<TimePoint> quiet_until(const config::RefreshConfig& config, TimePoint now) {
  if (!config.quiet_hours) return std::nullopt;
  const policy::Hours& quiet = *config.quiet_hours;
  const std::chrono::minutes day = std::chrono::hours(24);
  // What is not quiet is a window too, from the end of the one to its beginning.
  const policy::Hours open{quiet.end % day,
                           quiet.begin == std::chrono::minutes(0) ? day : quiet.begin,
                           quiet.utc_offset};
  return policy::closed_until(open, now);
}

}  // namespace seekd::daemon
