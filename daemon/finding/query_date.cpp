#include "daemon/finding/query_date.h"

#include <chrono>

#include <fmt/format.h>

namespace seekd::daemon {
namespace {

using std::chrono::days;
using std::chrono::year_month_day;

enum class Unit : std::uint8_t { day, month, year };

constexpr std::string_view month_names[] = {"January",   "February", "March",    "April",
                                            "May",       "June",     "July",     "August",
                                            "September", "October",  "November", "December"};

std::string written(TimePoint time, Unit unit, DateStyle style) {
  const year_month_day date(std::chrono::floor<days>(time));
  const int year = static_cast<int>(date.year());
  const auto month = static_cast<unsigned>(date.month());
  const auto day = static_cast<unsigned>(date.day());
  const bool chinese = style == DateStyle::chinese;
  switch (unit) {
    case Unit::day:
      return chinese ? fmt::format("{}年{}月{}日", year, month, day)
                     : fmt::format("{} {} {}", day, month_names[month - 1], year);
    case Unit::month:
      return chinese ? fmt::format("{}年{}月", year, month)
                     : fmt::format("{} {}", month_names[month - 1], year);
    case Unit::year:
      break;
  }
  return chinese ? fmt::format("{}年", year) : fmt::format("{}", year);
}

}  // namespace

std::string date_words(TimePoint begin, TimePoint end, DateStyle style) {
  const auto length = end - begin;
  if (length <= days(1)) return written(begin, Unit::day, style);
  if (length <= days(31)) return written(begin, Unit::month, style);
  return length <= days(2 * 366) ? written(begin, Unit::year, style) : "";
}

bool names_year(std::string_view text) {
  std::size_t digits = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    const bool digit = i < text.size() && text[i] >= '0' && text[i] <= '9';
    if (!digit && digits == 4) {
      const std::string_view year = text.substr(i - 4, 4);
      if (year.starts_with("19") || year.starts_with("20")) return true;
    }
    digits = digit ? digits + 1 : 0;
  }
  return false;
}

}  // namespace seekd::daemon
