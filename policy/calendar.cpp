#include "policy/calendar.h"

#include <algorithm>

namespace seekd::policy {
namespace {

using namespace std::chrono;

constexpr year last_year{2199};  // systemd's, too

// The least value of the part that is not below `from`; nullopt: none up to `most`.
std::optional<int> at_or_after(const CalendarPart& part, int from, int most) {
  if (from > most) return std::nullopt;
  if (part.empty()) return from;
  std::optional<int> least;
  for (const CalendarStep& step : part) {
    int value = step.first;
    if (from > value) value += (from - value + step.step - 1) / step.step * step.step;
    if (value > std::min(step.last, most)) continue;
    if (!least || value < *least) least = value;
  }
  return least;
}

bool holds(const CalendarPart& part, int value) {
  return at_or_after(part, value, value).has_value();
}

}  // namespace

bool Calendar::has_day(sys_days day) const {
  const year_month_day date(day);
  const int number = static_cast<int>(unsigned{date.day()});
  if (weekdays_ != 0) {
    const unsigned weekday_number = weekday(day).iso_encoding() - 1;
    if ((weekdays_ >> weekday_number & 1U) == 0) return false;
  }
  if (days_from_ == DaysFrom::begin) return holds(days_, number);
  const auto last = year_month_day_last(date.year(), month_day_last(date.month())).day();
  // Steps go from the earlier day to the later one: "~07/2" is the seventh last, the fifth last, …
  const int from_end = static_cast<int>(unsigned{last}) - number + 1;
  return std::ranges::any_of(days_, [&](const CalendarStep& step) {
    return from_end >= step.first && from_end <= step.last &&
           (step.last - from_end) % step.step == 0;
  });
}

std::optional<sys_days> Calendar::day_from(sys_days from) const {
  year_month_day date(from);
  while (date.year() <= last_year) {
    const auto wanted_year = at_or_after(years_, int{date.year()}, int{last_year});
    if (!wanted_year) return std::nullopt;
    if (*wanted_year != int{date.year()}) date = year(*wanted_year) / January / 1;
    const auto wanted_month = at_or_after(months_, static_cast<int>(unsigned{date.month()}), 12);
    if (!wanted_month) {
      date = (date.year() + years(1)) / January / 1;
      continue;
    }
    const month in(static_cast<unsigned>(*wanted_month));
    if (in != date.month()) date = date.year() / in / 1;
    const sys_days end = sys_days(date.year() / in / std::chrono::last) + days(1);
    for (sys_days day = date; day < end; day += days(1)) {
      if (has_day(day)) return day;
    }
    date = year_month_day(end);
  }
  return std::nullopt;
}

std::optional<seconds> Calendar::time_from(seconds from) const {
  const hh_mm_ss clock(from);
  int minute = static_cast<int>(clock.minutes().count());
  int second = static_cast<int>(clock.seconds().count());
  for (int hour = static_cast<int>(clock.hours().count());; ++hour, minute = 0, second = 0) {
    const auto in_hour = at_or_after(hours_, hour, 23);
    if (!in_hour) return std::nullopt;
    if (*in_hour != hour) minute = second = 0;
    hour = *in_hour;
    auto in_minute = at_or_after(minutes_, minute, 59);
    if (!in_minute) continue;
    if (*in_minute != minute) second = 0;
    auto in_second = at_or_after(seconds_, second, 59);
    if (!in_second) {
      in_minute = at_or_after(minutes_, *in_minute + 1, 59);
      if (!in_minute) continue;
      in_second = at_or_after(seconds_, 0, 59);
    }
    if (in_second) return hours(hour) + minutes(*in_minute) + seconds(*in_second);
  }
}

std::optional<TimePoint> Calendar::next(TimePoint after) const {
  if (after >= sys_days((last_year + years(1)) / January / 1)) return std::nullopt;
  const TimePoint from = std::max(after, TimePoint(seconds(-1))) + seconds(1);
  auto day = day_from(floor<days>(from));
  while (day) {
    const seconds begin = *day > from ? seconds(0) : from - *day;
    if (const auto time = time_from(begin)) return *day + *time;
    day = day_from(*day + days(1));
  }
  return std::nullopt;
}

}  // namespace seekd::policy
