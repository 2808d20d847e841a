#include "policy/past_day.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <span>
#include <string>
#include <vector>

#include "policy/ascii.h"
#include "policy/spoken_time_readers.h"
#include "policy/utf8.h"

namespace seekd::policy {
namespace {

constexpr std::size_t cjk_day_bytes = 15;  // 三月一日, 12月31日

// The one day that those times are, where they are one.
std::optional<TimeSpan> as_day(const std::vector<NamedTime>& times) {
  if (times.empty()) return std::nullopt;
  const TimeSpan& span = times.front().span;
  return span.end - span.begin == std::chrono::days(1) ? std::optional(span) : std::nullopt;
}

// With the year that the readers of dates want, this one or the one before.
template <class Read>
std::optional<TimeSpan> last_one(TimePoint now, Read read) {
  for (const int year : {year_of(now), year_of(now) - 1}) {
    const std::optional<TimeSpan> day = read(std::to_string(year));
    if (day && day->end <= now) return day;
  }
  return std::nullopt;
}

std::optional<TimeSpan> english_day(std::span<const Word> words, TimePoint now) {
  for (std::size_t at = 0; at + 1 < words.size(); ++at) {
    std::vector<Word> date{words[at], words[at + 1]};
    if (date[1].text == "of" && at + 2 < words.size()) date[1] = words[at + 2];
    const auto day = last_one(now, [&](const std::string& year) {
      std::vector<Word> dated = date;
      dated.push_back({year});
      return as_day(english_times(dated, now));
    });
    if (day) return day;
  }
  return std::nullopt;
}

// What follows is not a month's number, or only its end: 2019年3月1日, 十二月三日, 112月.
bool goes_on_a_number(std::string_view before) {
  constexpr std::array<std::string_view, 12> numerals{"年", "〇", "一", "二", "三", "四",
                                                      "五", "六", "七", "八", "九", "十"};
  if (before.empty()) return false;
  return is_digit(before.back()) ||
         std::ranges::any_of(numerals, [&](std::string_view n) { return before.ends_with(n); });
}

std::optional<TimeSpan> cjk_day(std::string_view text, TimePoint now) {
  if (!text.contains("月")) return std::nullopt;
  for (std::size_t at = 0; at < text.size(); at += character_at(text, at).size()) {
    if (goes_on_a_number(text.substr(0, at))) continue;
    const std::string_view here = text.substr(at, cjk_day_bytes);
    const auto day = last_one(now, [&](const std::string& year) {
      return as_day(cjk_times(year + "年" + std::string(here), now));
    });
    if (day) return day;
  }
  return std::nullopt;
}

}  // namespace

std::optional<TimeSpan> past_day(std::string_view text, TimePoint now) {
  const auto day = english_day(words_of(text), now);
  return day ? day : cjk_day(text, now);
}

}  // namespace seekd::policy
