// Days, weeks, months and longer as people count them: "this week", "two months ago".
//
// Pure; any thread. UTC; a week begins on Monday (ISO 8601).

#pragma once

#include <cstdint>

#include "policy/page.h"

namespace seekd::policy {

enum class CalendarUnit : std::uint8_t { day, week, month, quarter, year, decade, century };

struct TimeSpan {
  TimePoint begin;
  TimePoint end;  // the first second after it

  bool operator==(const TimeSpan&) const = default;
};

// Years that a span can be of; others are cut to them.
inline constexpr int year_min = 1;
inline constexpr int year_max = 9999;

// The unit that `time` is in, or so many units after it; before it where `offset` is below 0.
TimeSpan unit_at(CalendarUnit unit, TimePoint time, std::int64_t offset);

TimeSpan year_span(int year);
int year_of(TimePoint time);

}  // namespace seekd::policy
