#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "policy/spoken_time_readers.h"

namespace seekd::policy {
namespace {

using Words = std::span<const Word>;

// What a reader found at the front of the words.
struct Found {
  TimeSpan span;
  std::size_t words = 0;
};

std::string_view at(Words words, std::size_t index) {
  return index < words.size() ? std::string_view(words[index].text) : std::string_view();
}

std::optional<int> as_number(std::string_view text) {
  constexpr std::array<std::string_view, 13> names{"zero", "one",    "two",   "three", "four",
                                                   "five", "six",    "seven", "eight", "nine",
                                                   "ten",  "eleven", "twelve"};
  if (const auto* const name = std::ranges::find(names, text); name != names.end()) {
    return static_cast<int>(name - names.begin());
  }
  int number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.size() > 4) {
    return std::nullopt;
  }
  return number;
}

std::optional<int> as_year(std::string_view text) {
  const std::optional<int> year = text.size() == 4 ? as_number(text) : std::nullopt;
  return year && *year >= 1000 && *year < 2200 ? year : std::nullopt;
}

// "2nd", "21st", and without their endings.
std::optional<int> as_ordinal(std::string_view text) {
  for (const std::string_view ending : {"st", "nd", "rd", "th"}) {
    if (text.size() > 2 && text.ends_with(ending)) text.remove_suffix(2);
  }
  return as_number(text);
}

std::optional<CalendarUnit> as_unit(std::string_view text) {
  using enum CalendarUnit;
  constexpr std::array<std::pair<std::string_view, CalendarUnit>, 9> units{{{"day", day},
                                                                            {"week", week},
                                                                            {"weekend", week},
                                                                            {"month", month},
                                                                            {"quarter", quarter},
                                                                            {"year", year},
                                                                            {"season", year},
                                                                            {"decade", decade},
                                                                            {"century", century}}};
  if (text.ends_with('s')) text.remove_suffix(1);
  const auto* const found = std::ranges::find(units, text, [](const auto& u) { return u.first; });
  return found == units.end() ? std::nullopt : std::optional(found->second);
}

template <std::size_t Count>
std::optional<unsigned> name_index(const std::array<std::string_view, Count>& names,
                                   std::string_view text) {
  const auto* const found = std::ranges::find(names, text);
  if (found == names.end()) return std::nullopt;
  return static_cast<unsigned>(found - names.begin());
}

std::optional<unsigned> as_month(std::string_view text) {
  constexpr std::array<std::string_view, 12> names{"january",   "february", "march",    "april",
                                                   "may",       "june",     "july",     "august",
                                                   "september", "october",  "november", "december"};
  constexpr std::array<std::string_view, 12> short_names{"jan", "feb", "mar", "apr", "may", "jun",
                                                         "jul", "aug", "sep", "oct", "nov", "dec"};
  const auto index = name_index(names, text);
  return index ? index : name_index(short_names, text);
}

std::optional<unsigned> as_weekday(std::string_view text) {
  constexpr std::array<std::string_view, 7> names{"monday", "tuesday",  "wednesday", "thursday",
                                                  "friday", "saturday", "sunday"};
  return name_index(names, text);
}

TimeSpan month_span(int year, unsigned month) {
  return unit_at(CalendarUnit::month, year_span(year).begin, month);
}

// nullopt: there is no such day.
std::optional<TimeSpan> day_span(int year, unsigned month, int day) {
  const auto date = std::chrono::year(year) / std::chrono::month(month + 1) /
                    std::chrono::day(static_cast<unsigned>(day));
  if (day < 1 || !date.ok()) return std::nullopt;
  return unit_at(CalendarUnit::day, std::chrono::sys_days(date), 0);
}

std::optional<Found> read_day_word(Words words, TimePoint now) {
  constexpr std::array<std::pair<std::string_view, int>, 4> days{
      {{"today", 0}, {"tonight", 0}, {"yesterday", -1}, {"tomorrow", 1}}};
  for (const auto& [word, offset] : days) {
    if (at(words, 0) == word) return Found{unit_at(CalendarUnit::day, now, offset), 1};
  }
  if (at(words, 0) == "last" && at(words, 1) == "night") {
    return Found{unit_at(CalendarUnit::day, now, -1), 2};
  }
  const std::string_view part = at(words, 1);
  if (at(words, 0) == "this" && (part == "morning" || part == "afternoon" || part == "evening")) {
    return Found{unit_at(CalendarUnit::day, now, 0), 2};
  }
  return std::nullopt;
}

std::optional<int> as_offset(std::string_view word) {
  if (word == "last" || word == "previous" || word == "past") return -1;
  if (word == "this" || word == "current" || word == "present") return 0;
  if (word == "next" || word == "coming") return 1;
  return std::nullopt;
}

// "last Friday", "this March": the nearest one on that side, and not today's.
std::optional<Found> read_named_unit(Words words, int offset, TimePoint now) {
  if (const auto weekday = as_weekday(at(words, 1))) {
    const auto today = std::chrono::floor<std::chrono::days>(now);
    const auto wanted = std::chrono::Monday + std::chrono::days(*weekday);
    auto ahead = (wanted - std::chrono::weekday(today)).count();
    if (offset < 0) ahead = ahead == 0 ? -7 : ahead - 7;
    if (offset > 0 && ahead == 0) ahead = 7;
    return Found{unit_at(CalendarUnit::day, now, ahead), 2};
  }
  if (const auto month = as_month(at(words, 1))) {
    int year = year_of(now);
    const TimeSpan span = month_span(year, *month);
    if (offset < 0 && span.end > now) --year;
    if (offset > 0 && span.begin <= now) ++year;
    return Found{month_span(year, *month), 2};
  }
  return std::nullopt;
}

// "last week", "the past three years", "next quarter".
std::optional<Found> read_relative(Words words, TimePoint now) {
  const std::optional<int> offset = as_offset(at(words, 0));
  if (!offset) return std::nullopt;
  if (const auto unit = as_unit(at(words, 1))) return Found{unit_at(*unit, now, *offset), 2};
  const std::optional<int> count = as_number(at(words, 1));
  const auto unit = as_unit(at(words, 2));
  if (*offset != 0 && count && unit) {
    const TimeSpan far = unit_at(*unit, now, static_cast<std::int64_t>(*offset) * *count);
    return *offset < 0 ? Found{{far.begin, now}, 3} : Found{{now, far.end}, 3};
  }
  return read_named_unit(words, *offset, now);
}

// "two weeks ago", "a year ago".
std::optional<Found> read_ago(Words words, TimePoint now) {
  const bool one = at(words, 0) == "a" || at(words, 0) == "an";
  const std::optional<int> count = one ? 1 : as_number(at(words, 0));
  const auto unit = as_unit(at(words, 1));
  if (!count || !unit || at(words, 2) != "ago") return std::nullopt;
  return Found{unit_at(*unit, now, -static_cast<std::int64_t>(*count)), 3};
}

// "March 5, 2021", "5 March 2021", "March 2021", "2021-03-05".
std::optional<Found> read_date(Words words) {
  for (const bool day_first : {true, false}) {
    const auto month = as_month(at(words, day_first ? 1 : 0));
    const auto day = as_ordinal(at(words, day_first ? 0 : 1));
    const auto year = as_year(at(words, 2));
    if (!month || !day || !year) continue;
    if (const auto span = day_span(*year, *month, *day)) return Found{*span, 3};
  }
  const auto month = as_month(at(words, 0));
  if (const auto year = as_year(at(words, 1)); month && year) {
    return Found{month_span(*year, *month), 2};
  }
  const auto year = as_year(at(words, 0));
  const auto number = at(words, 1).size() == 2 ? as_number(at(words, 1)) : std::nullopt;
  const auto day = at(words, 2).size() == 2 ? as_number(at(words, 2)) : std::nullopt;
  if (!year || !number || !day || *number < 1 || *number > 12) return std::nullopt;
  const auto span = day_span(*year, static_cast<unsigned>(*number - 1), *day);
  return span ? std::optional(Found{*span, 3}) : std::nullopt;
}

// "Q4 2022", "the fourth quarter of 2022".
std::optional<Found> read_quarter(Words words) {
  constexpr std::array<std::string_view, 4> short_names{"q1", "q2", "q3", "q4"};
  constexpr std::array<std::string_view, 4> names{"first", "second", "third", "fourth"};
  auto quarter = name_index(short_names, at(words, 0));
  std::size_t length = 1;
  if (!quarter && at(words, 1) == "quarter") {
    quarter = name_index(names, at(words, 0));
    length = 2;
  }
  if (at(words, length) == "of") ++length;
  const auto year = as_year(at(words, length));
  if (!quarter || !year) return std::nullopt;
  return Found{unit_at(CalendarUnit::quarter, year_span(*year).begin, *quarter), length + 1};
}

// "1914", "the 1990s", "the 19th century". "1000 people" is no year.
std::optional<Found> read_year(Words words) {
  const std::string_view word = at(words, 0);
  if (const auto century = as_ordinal(word);
      century && *century > 0 && *century < 100 && at(words, 1) == "century") {
    const TimePoint within = year_span(*century * 100 - 50).begin;
    return Found{unit_at(CalendarUnit::century, within, 0), 2};
  }
  if (word.size() == 5 && word.ends_with("0s")) {
    const auto year = as_year(word.substr(0, 4));
    if (year) return Found{unit_at(CalendarUnit::decade, year_span(*year).begin, 0), 1};
  }
  constexpr std::array<std::string_view, 16> counted{
      "people", "dollars", "euros",  "pounds", "meters", "metres", "kilometers", "kilometres",
      "km",     "miles",   "points", "votes",  "years",  "pixels", "calories",   "words"};
  // 2019年 is for the other reader, which knows of the month behind it.
  const bool goes_on = words.size() > 1 && words[1].script == Script::unspaced;
  const auto year = goes_on ? std::nullopt : as_year(word);
  if (!year || std::ranges::find(counted, at(words, 1)) != counted.end()) return std::nullopt;
  return Found{year_span(*year), 1};
}

std::optional<Found> read_time(Words words, TimePoint now) {
  auto found = read_day_word(words, now);
  if (!found) found = read_relative(words, now);
  if (!found) found = read_ago(words, now);
  if (!found) found = read_date(words);
  if (!found) found = read_quarter(words);
  if (!found) found = read_year(words);
  return found;
}

// "since 2020" reaches to now, "before 1900" from the beginning, "after 2010" from its end.
TimeSpan as_seen_from(std::string_view word_before, TimeSpan span, TimePoint now) {
  if (word_before == "since") return {span.begin, std::max(span.end, now)};
  if (word_before == "before") return {year_span(year_min).begin, span.begin};
  if (word_before == "after") return {span.end, std::max(span.end, now)};
  return span;
}

}  // namespace

std::vector<NamedTime> english_times(Words words, TimePoint now) {
  std::vector<NamedTime> times;
  std::string_view before;
  while (!words.empty() && times.size() < named_times_max) {
    const std::optional<Found> found = read_time(words, now);
    const std::size_t length = found ? found->words : 1;
    if (found) {
      std::string text;
      for (const Word& word : words.first(length)) text += (text.empty() ? "" : " ") + word.text;
      times.push_back({as_seen_from(before, found->span, now), std::move(text)});
    }
    before = words[length - 1].text;
    words = words.subspan(length);
  }
  return times;
}

}  // namespace seekd::policy
