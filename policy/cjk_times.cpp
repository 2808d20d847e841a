#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "policy/ascii.h"
#include "policy/spoken_time_readers.h"
#include "policy/utf8.h"

namespace seekd::policy {
namespace {

struct Phrase {
  std::string_view text;
  CalendarUnit unit;
  int offset;
};

constexpr auto day = CalendarUnit::day;
constexpr auto week = CalendarUnit::week;
constexpr auto month = CalendarUnit::month;
constexpr auto year = CalendarUnit::year;

// Of two that begin alike, the longer one stands first.
constexpr std::array phrases{
    Phrase{"今天", day, 0},       Phrase{"今晚", day, 0},       Phrase{"今日", day, 0},
    Phrase{"今夜", day, 0},       Phrase{"今朝", day, 0},       Phrase{"きょう", day, 0},
    Phrase{"昨天", day, -1},      Phrase{"昨晚", day, -1},      Phrase{"昨日", day, -1},
    Phrase{"昨夜", day, -1},      Phrase{"大前天", day, -3},    Phrase{"前天", day, -2},
    Phrase{"一昨日", day, -2},    Phrase{"おととい", day, -2},  Phrase{"明天", day, 1},
    Phrase{"明日", day, 1},       Phrase{"大后天", day, 3},     Phrase{"后天", day, 2},
    Phrase{"明後日", day, 2},     Phrase{"あさって", day, 2},   Phrase{"上上周", week, -2},
    Phrase{"上周", week, -1},     Phrase{"上个星期", week, -1}, Phrase{"上星期", week, -1},
    Phrase{"先週", week, -1},     Phrase{"先々週", week, -2},   Phrase{"本周", week, 0},
    Phrase{"这周", week, 0},      Phrase{"这个星期", week, 0},  Phrase{"今週", week, 0},
    Phrase{"下周", week, 1},      Phrase{"下个星期", week, 1},  Phrase{"来週", week, 1},
    Phrase{"再来週", week, 2},    Phrase{"上个月", month, -1},  Phrase{"上月", month, -1},
    Phrase{"先月", month, -1},    Phrase{"先々月", month, -2},  Phrase{"本月", month, 0},
    Phrase{"这个月", month, 0},   Phrase{"今月", month, 0},     Phrase{"下个月", month, 1},
    Phrase{"来月", month, 1},     Phrase{"再来月", month, 2},   Phrase{"一昨年", year, -2},
    Phrase{"おととし", year, -2}, Phrase{"前年", year, -2},     Phrase{"去年", year, -1},
    Phrase{"昨年", year, -1},     Phrase{"今年", year, 0},      Phrase{"本年", year, 0},
    Phrase{"明年", year, 1},      Phrase{"来年", year, 1},      Phrase{"后年", year, 2},
    Phrase{"再来年", year, 2},
};

struct Era {
  std::string_view name;
  int year_before;  // its first year
};
constexpr std::array eras{Era{"令和", 2018}, Era{"平成", 1988}, Era{"昭和", 1925},
                          Era{"大正", 1911}, Era{"明治", 1867}};

struct Found {
  TimeSpan span;
  std::size_t bytes = 0;
};

bool take(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

// A number of ASCII digits or one Chinese digit; nullopt leaves the text as it is.
std::optional<int> take_number(std::string_view& text) {
  constexpr std::array<std::string_view, 11> digits{"〇", "一", "二", "三", "四", "五",
                                                    "六", "七", "八", "九", "十"};
  for (std::size_t value = 0; value < digits.size(); ++value) {
    if (take(text, digits[value])) return static_cast<int>(value);
  }
  if (take(text, "两")) return 2;
  std::size_t length = 0;
  int number = 0;
  while (length < text.size() && length < 5 && text[length] >= '0' && text[length] <= '9') {
    number = number * 10 + (text[length++] - '0');
  }
  if (length == 0 || length == 5) return std::nullopt;
  text.remove_prefix(length);
  return number;
}

std::optional<Found> read_phrase(std::string_view text, TimePoint now) {
  for (const Phrase& phrase : phrases) {
    if (!text.starts_with(phrase.text)) continue;
    return Found{unit_at(phrase.unit, now, phrase.offset), phrase.text.size()};
  }
  return std::nullopt;
}

std::optional<CalendarUnit> take_counted_unit(std::string_view& text) {
  constexpr std::array<std::pair<std::string_view, CalendarUnit>, 14> units{
      {{"天", day},
       {"日", day},
       {"个星期", week},
       {"星期", week},
       {"周", week},
       {"週間", week},
       {"个月", month},
       {"ヶ月", month},
       {"か月", month},
       {"カ月", month},
       {"個月", month},
       {"年", year},
       {"个世纪", CalendarUnit::century},
       {"世紀", CalendarUnit::century}}};
  for (const auto& [name, unit] : units) {
    if (take(text, name)) return unit;
  }
  return std::nullopt;
}

// 三天前, 3ヶ月前, 两年以前.
std::optional<Found> read_ago(std::string_view text, TimePoint now) {
  std::string_view rest = text;
  const std::optional<int> count = take_number(rest);
  if (!count) return std::nullopt;
  const std::optional<CalendarUnit> unit = take_counted_unit(rest);
  if (!unit || !(take(rest, "前") || take(rest, "之前") || take(rest, "以前"))) {
    return std::nullopt;
  }
  return Found{unit_at(*unit, now, -static_cast<std::int64_t>(*count)), text.size() - rest.size()};
}

// 3月, 3月5日, behind a year.
TimeSpan narrowed(int in_year, std::string_view& rest) {
  std::string_view text = rest;
  const std::optional<int> named_month = take_number(text);
  if (!named_month || *named_month < 1 || *named_month > 12 || !take(text, "月")) {
    return year_span(in_year);
  }
  rest = text;
  const TimePoint begin = year_span(in_year).begin;
  const TimeSpan whole = unit_at(month, begin, *named_month - 1);
  const std::optional<int> named_day = take_number(text);
  const auto date = std::chrono::year(in_year) /
                    std::chrono::month(static_cast<unsigned>(*named_month)) /
                    std::chrono::day(static_cast<unsigned>(named_day.value_or(0)));
  if (!date.ok() || !(take(text, "日") || take(text, "号"))) return whole;
  rest = text;
  return unit_at(day, std::chrono::sys_days(date), 0);
}

// 2019年, 1990年代, 19世纪, 令和3年5月.
std::optional<Found> read_year(std::string_view text) {
  std::string_view rest = text;
  int before = 0;
  for (const Era& era : eras) {
    if (take(rest, era.name)) before = era.year_before;
  }
  if (before != 0 && take(rest, "元年")) {
    return Found{narrowed(before + 1, rest), text.size() - rest.size()};
  }
  const std::optional<int> number = take_number(rest);
  if (!number || *number < 1) return std::nullopt;
  if (before == 0 && *number < 100 && (take(rest, "世纪") || take(rest, "世紀"))) {
    const TimePoint within = year_span(*number * 100 - 50).begin;
    return Found{unit_at(CalendarUnit::century, within, 0), text.size() - rest.size()};
  }
  const int named = before + *number;
  if (named < 1000 || named > 2199 || !take(rest, "年")) return std::nullopt;
  if (take(rest, "代")) {
    return Found{unit_at(CalendarUnit::decade, year_span(named).begin, 0),
                 text.size() - rest.size()};
  }
  return Found{narrowed(named, rest), text.size() - rest.size()};
}

std::optional<Found> read_time(std::string_view text, TimePoint now) {
  auto found = read_ago(text, now);
  if (!found) found = read_year(text);
  if (!found) found = read_phrase(text, now);
  return found;
}

}  // namespace

std::vector<NamedTime> cjk_times(std::string_view text, TimePoint now) {
  std::vector<NamedTime> times;
  for (std::size_t at = 0; at < text.size() && times.size() < named_times_max;) {
    const std::string_view before = text.substr(0, at);
    // 日本周辺 is not 本周, and of 12345年 nothing is a year.
    const bool inside = before.ends_with("日") ? text.substr(at).starts_with("本")
                                               : !before.empty() && is_digit(before.back());
    const std::optional<Found> found = inside ? std::nullopt : read_time(text.substr(at), now);
    if (found) times.push_back({found->span, std::string(text.substr(at, found->bytes))});
    at += found ? found->bytes : character_at(text, at).size();
  }
  return times;
}

}  // namespace seekd::policy
