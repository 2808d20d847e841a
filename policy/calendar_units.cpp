#include "policy/calendar_units.h"

#include <algorithm>
#include <chrono>

namespace seekd::policy {
namespace {

using std::chrono::sys_days;

// More of them lead out of all years that a span can be of.
constexpr std::int64_t offset_max = 4'000'000;

std::int64_t months_of(CalendarUnit unit) {
  switch (unit) {
    case CalendarUnit::month:
      return 1;
    case CalendarUnit::quarter:
      return 3;
    case CalendarUnit::year:
      return 12;
    case CalendarUnit::decade:
      return 120;
    case CalendarUnit::century:
      return 1200;
    case CalendarUnit::day:
    case CalendarUnit::week:
      break;
  }
  return 0;
}

// `months` after January of the year 0.
TimePoint month_begin(std::int64_t months) {
  const std::int64_t within =
      std::clamp<std::int64_t>(months, year_min * 12, (year_max + 1) * 12 - 1);
  return sys_days(std::chrono::year(static_cast<int>(within / 12)) /
                  std::chrono::month(static_cast<unsigned>(within % 12 + 1)) / 1);
}

std::int64_t months_since_year_0(TimePoint time) {
  const std::chrono::year_month_day date(std::chrono::floor<std::chrono::days>(time));
  return static_cast<std::int64_t>(static_cast<int>(date.year())) * 12 +
         static_cast<unsigned>(date.month()) - 1;
}

TimePoint within_years(sys_days day) {
  return std::clamp<TimePoint>(day, month_begin(0), month_begin((year_max + 1) * 12));
}

}  // namespace

TimeSpan unit_at(CalendarUnit unit, TimePoint time, std::int64_t offset) {
  offset = std::clamp(offset, -offset_max, offset_max);
  const auto today = std::chrono::floor<std::chrono::days>(time);
  if (unit == CalendarUnit::day || unit == CalendarUnit::week) {
    const std::chrono::days length(unit == CalendarUnit::week ? 7 : 1);
    const auto into = unit == CalendarUnit::week ? std::chrono::weekday(today) - std::chrono::Monday
                                                 : std::chrono::days(0);
    const sys_days begin = today - into + length * offset;
    return {within_years(begin), within_years(begin + length)};
  }
  const std::int64_t length = months_of(unit);
  // The 20th century began in 1901.
  const std::int64_t shift = unit == CalendarUnit::century ? 12 : 0;
  const std::int64_t first =
      ((months_since_year_0(time) - shift) / length + offset) * length + shift;
  return {month_begin(first), month_begin(first + length)};
}

TimeSpan year_span(int year) {
  const std::int64_t first = static_cast<std::int64_t>(year) * 12;
  return {month_begin(first), month_begin(first + 12)};
}

int year_of(TimePoint time) {
  return static_cast<int>(months_since_year_0(time) / 12);
}

}  // namespace seekd::policy
