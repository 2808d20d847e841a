// Calendar: moments that come again, in the language of systemd's OnCalendar= (systemd.time(7),
// "Calendar Events"), on the clock of UTC.
//
//   [WEEKDAYS] [[YEAR-]MONTH-DAY] [HOUR:MINUTE[:SECOND]] [UTC]
//
// "Mon..Fri 06:00", "*-*-1,15 12:30", "*:0/10", "*-02~03" (the third last day), "weekly". Each part
// is "*", or values, ranges ("8..18") and steps ("0/15") with commas between. Not understood are
// fractions of a second and other time zones; both are refused, never misread.
//
// Pure; a value, any thread.

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::policy {

inline constexpr std::size_t calendar_bytes_max = 256;

// Values of one part.
struct CalendarStep {
  int first = 0;
  int last = 0;
  int step = 1;

  bool operator==(const CalendarStep&) const = default;
};
using CalendarPart = std::vector<CalendarStep>;  // empty: every value

class Calendar {
 public:
  // Errors: invalid_argument (what of the text is not understood), too_large.
  static Result<Calendar> parse(std::string_view text);

  // The first moment after `after`; nullopt: it has none left, or never had.
  std::optional<TimePoint> next(TimePoint after) const;

  bool operator==(const Calendar&) const = default;

 private:
  friend class CalendarParser;

  // From where the days of a month are counted.
  enum class DaysFrom : std::uint8_t { begin, end };

  bool has_day(std::chrono::sys_days day) const;
  std::optional<std::chrono::sys_days> day_from(std::chrono::sys_days from) const;
  std::optional<std::chrono::seconds> time_from(std::chrono::seconds from) const;

  std::uint8_t weekdays_ = 0;  // a bit each, Monday the lowest; 0: every
  CalendarPart years_;
  CalendarPart months_;
  CalendarPart days_;
  DaysFrom days_from_ = DaysFrom::begin;
  CalendarPart hours_;
  CalendarPart minutes_;
  CalendarPart seconds_;
};

}  // namespace seekd::policy
