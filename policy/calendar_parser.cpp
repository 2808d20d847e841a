// What Calendar::parse() reads: the grammar of systemd.time(7), "Calendar Events".

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "policy/calendar.h"
#include "policy/quoted.h"

namespace seekd::policy {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 11> shorthands{{
    {"minutely", "*-*-* *:*:00"},
    {"hourly", "*-*-* *:00:00"},
    {"daily", "*-*-* 00:00:00"},
    {"weekly", "Mon *-*-* 00:00:00"},
    {"monthly", "*-*-01 00:00:00"},
    {"quarterly", "*-01,04,07,10-01 00:00:00"},
    {"semiannually", "*-01,07-01 00:00:00"},
    {"semi-annually", "*-01,07-01 00:00:00"},
    {"yearly", "*-01-01 00:00:00"},
    {"annually", "*-01-01 00:00:00"},
    {"anually", "*-01-01 00:00:00"},  // systemd takes this one, too
}};

constexpr std::array<std::string_view, 7> weekday_names{
    "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"};

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

bool is_letter(char c) {
  return c >= 'a' && c <= 'z';
}

// Words between spaces.
std::vector<std::string_view> words_of(std::string_view text) {
  std::vector<std::string_view> words;
  while (true) {
    const std::size_t begin = text.find_first_not_of(' ');
    if (begin == std::string_view::npos) return words;
    const std::size_t end = std::min(text.find(' ', begin), text.size());
    words.push_back(text.substr(begin, end - begin));
    text.remove_prefix(end);
  }
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t end = text.find(separator); end != std::string_view::npos;
       end = text.find(separator)) {
    parts.push_back(text.substr(0, end));
    text.remove_prefix(end + 1);
  }
  parts.push_back(text);
  return parts;
}

std::optional<int> read_number(std::string_view digits) {
  int value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size() || digits.front() == '-') {
    return std::nullopt;
  }
  return value;
}

constexpr int step_max = 10'000;

struct Limits {
  int least;
  int most;
};

// Where a step without an end goes to.
enum class OpenStep : std::uint8_t { to_most, to_least };

// "8", "8..18", "0/15", "8..18/2". nullopt: none of these, or outside the limits.
std::optional<CalendarStep> read_step(std::string_view text, Limits limits, OpenStep open) {
  const std::size_t slash = text.find('/');
  const std::string_view range = text.substr(0, slash);
  const std::size_t dots = range.find("..");
  const bool has_end = dots != std::string_view::npos;
  const auto first = read_number(range.substr(0, dots));
  const auto last = has_end ? read_number(range.substr(dots + 2)) : first;
  if (!first || !last) return std::nullopt;
  CalendarStep read{*first, *last, 1};
  if (slash != std::string_view::npos) {
    const auto step = read_number(text.substr(slash + 1));
    if (!step || *step < 1 || *step > step_max) return std::nullopt;
    read.step = *step;
    // A step that leads nowhere is a slip of the pen.
    if (!has_end && read.first + *step > limits.most) return std::nullopt;
    if (!has_end && open == OpenStep::to_most) read.last = limits.most;
    if (!has_end && open == OpenStep::to_least) read.first = limits.least;
  }
  if (read.first < limits.least || read.last > limits.most || read.first > read.last) {
    return std::nullopt;
  }
  return read;
}

}  // namespace

class CalendarParser {
 public:
  explicit CalendarParser(std::string_view text) : text_(text) {}

  Result<Calendar> parse() {
    const std::string plain = lower(text_);
    std::vector<std::string_view> words = words_of(plain);
    if (words.empty()) return refuse("is empty");
    if (words.back() == "utc") words.pop_back();
    if (words.size() == 1) {
      const auto* const known = std::ranges::find(
          shorthands, words.front(), &std::pair<std::string_view, std::string_view>::first);
      if (known != shorthands.end()) return CalendarParser(known->second).parse();
    }
    std::size_t next = 0;
    const auto is_next = [&](auto test) { return next < words.size() && test(words[next]); };
    if (is_next([](auto word) { return is_letter(word.front()); })) {
      if (!read_weekdays(words[next++])) return refuse("names no weekdays there are");
      complete_ = true;
    }
    if (is_next([](auto word) { return !word.contains(':'); })) {
      if (!read_date(words[next++]))
        return refuse("has no date such as '*-*-1,15' or '2026-12-24'");
      complete_ = true;
    }
    if (is_next([](auto word) { return word.contains(':'); })) {
      if (!read_time(words[next++])) return refuse("has no time such as '06:00' or '*:0/15:30'");
    } else if (complete_) {
      calendar_.hours_ = calendar_.minutes_ = calendar_.seconds_ = {{0, 0, 1}};
    } else {
      return refuse("names neither a day nor a time");
    }
    if (next != words.size()) return refuse("goes on behind its time; the time zone is UTC");
    return calendar_;
  }

 private:
  std::unexpected<Error> refuse(std::string_view why) const {
    return fail(ErrorCode::invalid_argument,
                "the calendar " + quoted(text_) + ' ' + std::string(why) +
                    " (weekdays, date, time, as in 'Mon..Fri *-*-* 06:00:00'; systemd.time(7))");
  }

  static std::optional<unsigned> read_weekday(std::string_view name) {
    for (unsigned number = 0; number < weekday_names.size(); ++number) {
      if (name == weekday_names[number] || name == weekday_names[number].substr(0, 3)) {
        return number;
      }
    }
    return std::nullopt;
  }

  // "mon,wed..fri"; a comma may end it.
  bool read_weekdays(std::string_view word) {
    if (word.ends_with(',')) word.remove_suffix(1);
    for (const std::string_view part : split(word, ',')) {
      const std::size_t dots = part.find("..");
      const auto first = read_weekday(part.substr(0, dots));
      const auto last =
          dots == std::string_view::npos ? first : read_weekday(part.substr(dots + 2));
      if (!first || !last || *first > *last) return false;
      for (unsigned day = *first; day <= *last; ++day) {
        calendar_.weekdays_ |= static_cast<std::uint8_t>(1U << day);
      }
    }
    return true;
  }

  static bool read_part(std::string_view text, Limits limits, CalendarPart& part,
                        OpenStep open = OpenStep::to_most) {
    if (text == "*") return true;
    for (const std::string_view one : split(text, ',')) {
      const auto step = read_step(one, limits, open);
      if (!step) return false;
      part.push_back(*step);
    }
    return true;
  }

  // "[YEAR-]MONTH-DAY", or "[YEAR-]MONTH~DAY" with days from the month's end.
  bool read_date(std::string_view word) {
    const std::size_t tilde = word.find('~');
    std::vector<std::string_view> parts = split(word.substr(0, tilde), '-');
    if (tilde != std::string_view::npos) {
      calendar_.days_from_ = Calendar::DaysFrom::end;
      parts.push_back(word.substr(tilde + 1));
    }
    if (parts.size() < 2 || parts.size() > 3) return false;
    if (parts.size() == 3 && !read_years(parts[0])) return false;
    const bool from_end = calendar_.days_from_ == Calendar::DaysFrom::end;
    if (from_end && parts.back() == "*") return false;
    return read_part(parts[parts.size() - 2], {1, 12}, calendar_.months_) &&
           read_part(parts.back(), {1, 31}, calendar_.days_,
                     from_end ? OpenStep::to_least : OpenStep::to_most);
  }

  // Two digits are a year from 1970 to 2069.
  bool read_years(std::string_view text) {
    if (!read_part(text, {0, 2199}, calendar_.years_)) return false;
    for (CalendarStep& step : calendar_.years_) {
      for (int* year : {&step.first, &step.last}) {
        if (*year < 100) *year += *year < 70 ? 2000 : 1900;
      }
      if (step.first < 1970 || step.first > step.last) return false;
    }
    return true;
  }

  bool read_time(std::string_view word) {
    const std::vector<std::string_view> parts = split(word, ':');
    if (parts.size() < 2 || parts.size() > 3) return false;
    if (parts.size() == 2) calendar_.seconds_ = {{0, 0, 1}};
    return read_part(parts[0], {0, 23}, calendar_.hours_) &&
           read_part(parts[1], {0, 59}, calendar_.minutes_) &&
           (parts.size() == 2 || read_part(parts[2], {0, 59}, calendar_.seconds_));
  }

  std::string_view text_;
  Calendar calendar_;
  bool complete_ = false;  // a day is named: without a time it begins then
};

Result<Calendar> Calendar::parse(std::string_view text) {
  if (text.size() > calendar_bytes_max) {
    return fail(ErrorCode::too_large,
                "a calendar has at most " + std::to_string(calendar_bytes_max) + " bytes");
  }
  return CalendarParser(text).parse();
}

}  // namespace seekd::policy
