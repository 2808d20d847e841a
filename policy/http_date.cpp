#include "policy/http_date.h"

#include <algorithm>
#include <array>
#include <span>

namespace seekd::policy {
namespace {

constexpr std::array<std::string_view, 7> short_days{"mon", "tue", "wed", "thu",
                                                     "fri", "sat", "sun"};
constexpr std::array<std::string_view, 7> long_days{"monday", "tuesday",  "wednesday", "thursday",
                                                    "friday", "saturday", "sunday"};
constexpr std::array<std::string_view, 12> months{"jan", "feb", "mar", "apr", "may", "jun",
                                                  "jul", "aug", "sep", "oct", "nov", "dec"};

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

// Reads from the front; after the first part that does not fit, failed() is true for good.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  void skip(std::string_view expected) {
    const bool same = text_.size() >= expected.size() &&
                      std::ranges::equal(expected, text_.substr(0, expected.size()), {}, {}, lower);
    failed_ = failed_ || !same;
    if (!failed_) text_.remove_prefix(expected.size());
  }

  unsigned digits(std::size_t count) {
    unsigned number = 0;
    for (std::size_t i = 0; i < count; ++i) {
      failed_ = failed_ || text_.empty() || text_[0] < '0' || text_[0] > '9';
      if (failed_) return 0;
      number = number * 10 + static_cast<unsigned>(text_[0] - '0');
      text_.remove_prefix(1);
    }
    return number;
  }

  // The index of the name that comes next.
  unsigned name(std::span<const std::string_view> names) {
    for (unsigned i = 0; i < names.size(); ++i) {
      Reader attempt = *this;
      attempt.skip(names[i]);
      if (attempt.failed_) continue;
      *this = attempt;
      return i;
    }
    failed_ = true;
    return 0;
  }

  bool at(char c) const { return !text_.empty() && text_[0] == c; }
  bool failed() const { return failed_; }
  bool done() const { return !failed_ && text_.empty(); }

 private:
  std::string_view text_;
  bool failed_ = false;
};

struct Parts {
  unsigned year = 0, month = 0, day = 0;
  std::chrono::seconds time_of_day{0};
};

std::chrono::seconds read_time(Reader& reader) {
  const unsigned hour = reader.digits(2);
  reader.skip(":");
  const unsigned minute = reader.digits(2);
  reader.skip(":");
  const unsigned second = reader.digits(2);
  constexpr std::chrono::seconds invalid{-1};
  if (hour > 23 || minute > 59 || second > 60) return invalid;  // 60: a leap second
  return std::chrono::hours(hour) + std::chrono::minutes(minute) + std::chrono::seconds(second);
}

std::optional<TimePoint> assemble(const Reader& reader, const Parts& parts) {
  using namespace std::chrono;
  const year_month_day date{year(static_cast<int>(parts.year)), month(parts.month), day(parts.day)};
  if (!reader.done() || !date.ok() || parts.time_of_day < seconds(0)) return std::nullopt;
  return sys_days(date) + parts.time_of_day;
}

// "Sun, 06 Nov 1994 08:49:37 GMT"
std::optional<TimePoint> parse_imf_fixdate(Reader reader) {
  Parts parts;
  reader.name(short_days);
  reader.skip(", ");
  parts.day = reader.digits(2);
  reader.skip(" ");
  parts.month = reader.name(months) + 1;
  reader.skip(" ");
  parts.year = reader.digits(4);
  reader.skip(" ");
  parts.time_of_day = read_time(reader);
  reader.skip(" gmt");
  return assemble(reader, parts);
}

// "Recipients of a timestamp value in rfc850-date format, which uses a two-digit year, MUST
// interpret a timestamp that appears to be more than 50 years in the future as representing the
// most recent year in the past that had the same last two digits."
std::optional<TimePoint> in_nearest_century(const Reader& reader, Parts parts, TimePoint now) {
  using namespace std::chrono;
  const auto this_year = static_cast<int>(year_month_day(floor<days>(now)).year());
  const int two_digits = static_cast<int>(parts.year);
  // Of the years with these digits, the last one that is not over 50 years ahead.
  parts.year = static_cast<unsigned>(this_year + 50 - (this_year + 50 - two_digits) % 100);
  const auto date = assemble(reader, parts);
  if (!date || *date <= now + years(50)) return date;
  parts.year -= 100;
  return assemble(reader, parts);
}

// "Sunday, 06-Nov-94 08:49:37 GMT"
std::optional<TimePoint> parse_rfc850(Reader reader, TimePoint now) {
  Parts parts;
  reader.name(long_days);
  reader.skip(", ");
  parts.day = reader.digits(2);
  reader.skip("-");
  parts.month = reader.name(months) + 1;
  reader.skip("-");
  parts.year = reader.digits(2);
  reader.skip(" ");
  parts.time_of_day = read_time(reader);
  reader.skip(" gmt");
  return in_nearest_century(reader, parts, now);
}

// "Sun Nov  6 08:49:37 1994"
std::optional<TimePoint> parse_asctime(Reader reader) {
  Parts parts;
  reader.name(short_days);
  reader.skip(" ");
  parts.month = reader.name(months) + 1;
  reader.skip(" ");
  if (reader.at(' ')) {
    reader.skip(" ");
    parts.day = reader.digits(1);
  } else {
    parts.day = reader.digits(2);
  }
  reader.skip(" ");
  parts.time_of_day = read_time(reader);
  reader.skip(" ");
  parts.year = reader.digits(4);
  return assemble(reader, parts);
}

}  // namespace

std::optional<TimePoint> parse_http_date(std::string_view text, TimePoint now) {
  const Reader reader(text);
  if (const auto date = parse_imf_fixdate(reader)) return date;
  if (const auto date = parse_rfc850(reader, now)) return date;
  return parse_asctime(reader);
}

}  // namespace seekd::policy
