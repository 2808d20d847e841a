#include "fetcher/extract/entry_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "policy/trimmed.h"

namespace seekd::fetcher {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::string_view months[] = {"jan", "feb", "mar", "apr", "may", "jun",
                                       "jul", "aug", "sep", "oct", "nov", "dec"};
// RFC 822 §5.1; others are taken as UTC, as RFC 5322 §4.3 asks.
constexpr std::pair<std::string_view, int> zone_hours[] = {{"est", -5}, {"edt", -4}, {"cst", -6},
                                                           {"cdt", -5}, {"mst", -7}, {"mdt", -6},
                                                           {"pst", -8}, {"pdt", -7}};

// Reads from the front of a text.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : rest_(text) {}

  bool done() const { return rest_.empty(); }
  bool at_digit() const { return !rest_.empty() && rest_[0] >= '0' && rest_[0] <= '9'; }
  void skip(std::string_view any) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of(any), rest_.size()));
  }
  bool take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  // A number of `least` to `most` digits.
  std::optional<int> number(std::size_t least, std::size_t most) {
    const std::size_t digits =
        std::min(std::min(rest_.find_first_not_of("0123456789"), rest_.size()), most);
    if (digits < least) return std::nullopt;
    int value = 0;
    std::from_chars(rest_.data(), rest_.data() + digits, value);
    rest_.remove_prefix(digits);
    return value;
  }
  // Letters, in lower case.
  std::string word() {
    std::string word;
    while (!rest_.empty() && ((rest_[0] | 0x20) >= 'a' && (rest_[0] | 0x20) <= 'z')) {
      word += static_cast<char>(rest_[0] | 0x20);
      rest_.remove_prefix(1);
    }
    return word;
  }

 private:
  std::string_view rest_;
};

struct Date {
  year_month_day day;
  std::optional<seconds> time;  // of the day, UTC; may lie outside it
};

// hh:mm[:ss[.fff]]
std::optional<seconds> read_time(Cursor& cursor) {
  const auto hour = cursor.number(1, 2);
  if (!hour || !cursor.take(':')) return std::nullopt;
  const auto minute = cursor.number(2, 2);
  int second = 0;
  if (cursor.take(':')) second = cursor.number(2, 2).value_or(60);
  if (cursor.take('.') || cursor.take(',')) cursor.skip("0123456789");
  if (!minute || *hour > 23 || *minute > 59 || second > 60) return std::nullopt;
  return std::chrono::hours(*hour) + minutes(*minute) + seconds(second);
}

// Z, +hh:mm, +hhmm, or a name.
minutes read_zone(Cursor& cursor) {
  cursor.skip(" ");
  const bool ahead = cursor.take('+');
  if (ahead || cursor.take('-')) {
    const int hours = cursor.number(2, 2).value_or(0);
    cursor.take(':');
    const minutes offset = std::chrono::hours(hours) + minutes(cursor.number(2, 2).value_or(0));
    return ahead ? offset : -offset;
  }
  const auto zone =
      std::ranges::find(zone_hours, cursor.word(), &std::pair<std::string_view, int>::first);
  return std::chrono::hours(zone == std::end(zone_hours) ? 0 : zone->second);
}

std::optional<Date> dated(int year, int month, int day, Cursor& cursor) {
  Date date{std::chrono::year(year) / month / day, std::nullopt};
  if (!date.day.ok()) return std::nullopt;
  if (cursor.done()) return date;
  date.time = read_time(cursor);
  if (date.time) *date.time -= read_zone(cursor);
  return date;
}

// YYYY[-MM[-DD[Thh:mm…]]]
std::optional<Date> read_iso(Cursor cursor) {
  const auto year = cursor.number(4, 4);
  if (!year) return std::nullopt;
  int month = 1;
  int day = 1;
  if (cursor.take('-')) month = cursor.number(2, 2).value_or(0);
  if (cursor.take('-')) day = cursor.number(2, 2).value_or(0);
  if (!cursor.done() && !cursor.take('T') && !cursor.take('t') && !cursor.take(' ')) {
    return std::nullopt;
  }
  return dated(*year, month, day, cursor);
}

// [Day,] D Mon YYYY [hh:mm[:ss] zone]
std::optional<Date> read_rfc822(Cursor cursor) {
  if (!cursor.at_digit()) cursor.word();
  cursor.skip(", ");
  const auto day = cursor.number(1, 2);
  cursor.skip(" -");
  const std::string name = cursor.word().substr(0, 3);
  const auto month = std::ranges::find(months, name);
  cursor.skip(" -");
  auto year = cursor.number(2, 4);
  if (!day || month == std::end(months) || !year) return std::nullopt;
  if (*year < 100) *year += *year < 50 ? 2000 : 1900;  // RFC 5322 §4.3
  cursor.skip(" ");
  return dated(*year, static_cast<int>(month - std::begin(months)) + 1, *day, cursor);
}

}  // namespace

std::string entry_date(std::string_view text) {
  text = policy::trimmed(text, policy::white_space);
  auto date = read_iso(Cursor(text));
  if (!date) date = read_rfc822(Cursor(text));
  if (!date) return {};
  const auto time = sys_days(date->day) + date->time.value_or(seconds(0));
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const year_month_day shown(day);
  std::string written =
      fmt::format("{:04}-{:02}-{:02}", static_cast<int>(shown.year()),
                  static_cast<unsigned>(shown.month()), static_cast<unsigned>(shown.day()));
  if (!date->time) return written;
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}T{:02}:{:02}:{:02}Z", written, clock.hours().count(),
                     clock.minutes().count(), clock.seconds().count());
}

}  // namespace seekd::fetcher
