#include "daemon/answer/written_dates.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <optional>
#include <utility>

#include "policy/ascii.h"

namespace seekd::daemon {
namespace {

using policy::is_digit;
using policy::is_letter;

using namespace std::string_view_literals;

constexpr int year_min = 1000;
constexpr int year_max = 2999;

constexpr std::array months{"january"sv,   "february"sv, "march"sv,    "april"sv,
                            "may"sv,       "june"sv,     "july"sv,     "august"sv,
                            "september"sv, "october"sv,  "november"sv, "december"sv};

// Reads forward; what does not match leaves it where it was, but for spaces.
class Cursor {
 public:
  Cursor(std::string_view text, std::size_t at) : text_(text), at_(at) {}

  std::size_t at() const { return at_; }

  bool take(std::string_view what) {
    if (!text_.substr(at_).starts_with(what)) return false;
    at_ += what.size();
    return true;
  }

  bool spaces() {
    const std::size_t begin = at_;
    while (take(" ") || take("\u00a0") || take("\u3000")) {
    }
    return at_ > begin;
  }

  // So many digits, and none behind them.
  std::optional<int> digits(std::size_t least, std::size_t most) {
    std::size_t end = at_;
    while (end < text_.size() && is_digit(text_[end])) ++end;
    if (end - at_ < least || end - at_ > most) return std::nullopt;
    int value = 0;
    for (; at_ < end; ++at_) value = value * 10 + (text_[at_] - '0');
    return value;
  }

  std::optional<int> month_name() {
    std::size_t end = at_;
    std::string word;
    while (end < text_.size() && is_letter(text_[end])) {
      word += static_cast<char>(text_[end++] | 0x20);
    }
    if (word == "sept") word = "sep";
    constexpr std::size_t short_bytes = 3;
    for (std::size_t month = 0; month < months.size(); ++month) {
      if (word != months[month] && word != months[month].substr(0, short_bytes)) continue;
      at_ = end;
      if (word.size() == short_bytes && word != "may") take(".");
      return static_cast<int>(month) + 1;
    }
    return std::nullopt;
  }

  void ordinal() {
    for (const std::string_view ending : {"st", "nd", "rd", "th"}) {
      if (take(ending)) return;
    }
  }

  // 二〇二六, 十四, 二十; digits where there are some.
  std::optional<int> cjk_number() {
    if (at_ < text_.size() && is_digit(text_[at_])) return digits(1, 4);
    constexpr std::array numerals{"〇"sv, "一"sv, "二"sv, "三"sv, "四"sv,
                                  "五"sv, "六"sv, "七"sv, "八"sv, "九"sv};
    const std::size_t begin = at_;
    int value = 0;
    while (at_ < text_.size()) {
      const auto* numeral = std::ranges::find_if(
          numerals, [&](std::string_view one) { return text_.substr(at_).starts_with(one); });
      if (numeral != numerals.end()) {
        at_ += numeral->size();
        value = value * 10 + static_cast<int>(numeral - numerals.begin());
      } else if (take("零")) {
        value *= 10;
      } else if (take("十")) {
        // 十四 is 14, 二十 20, 二十四 24: what follows takes the zero's place.
        value = std::max(value, 1);
        const std::size_t here = at_;
        const auto rest = at_ < text_.size() ? ones() : std::nullopt;
        if (!rest) at_ = here;
        return value * 10 + rest.value_or(0);
      } else {
        break;
      }
      if (value > year_max) return std::nullopt;
    }
    return at_ > begin ? std::optional(value) : std::nullopt;
  }

  bool ends_here() const {
    return at_ >= text_.size() || !(is_digit(text_[at_]) || is_letter(text_[at_]));
  }

 private:
  std::optional<int> ones() {
    constexpr std::array numerals{"一"sv, "二"sv, "三"sv, "四"sv, "五"sv,
                                  "六"sv, "七"sv, "八"sv, "九"sv};
    for (std::size_t one = 0; one < numerals.size(); ++one) {
      if (take(numerals[one])) return static_cast<int>(one) + 1;
    }
    return std::nullopt;
  }

  std::string_view text_;
  std::size_t at_;
};

bool is_year(int value) {
  return value >= year_min && value <= year_max;
}
bool is_month(int value) {
  return value >= 1 && value <= 12;
}
bool is_day(int value) {
  return value >= 1 && value <= 31;
}

using Read = std::optional<std::pair<WrittenDate, Cursor>>;

Read made(Cursor cursor, int year, int month, int day) {
  return std::pair(WrittenDate{{}, year, month, day}, cursor);
}

// "2026-03-01", "2026/3/1", "2026.3.1"; a time may follow.
Read read_iso(Cursor cursor) {
  const auto year = cursor.digits(4, 4);
  if (!year || !is_year(*year)) return std::nullopt;
  for (const std::string_view mark : {"-", "/", "."}) {
    Cursor next = cursor;
    if (!next.take(mark)) continue;
    const auto month = next.digits(1, 2);
    if (!month || !is_month(*month) || !next.take(mark)) return std::nullopt;
    const auto day = next.digits(1, 2);
    if (!day || !is_day(*day)) return std::nullopt;
    return made(next, *year, *month, *day);
  }
  return std::nullopt;
}

// "1.3.2026": with full stops the day comes first everywhere.
Read read_dotted(Cursor cursor) {
  const auto day = cursor.digits(1, 2);
  if (!day || !is_day(*day) || !cursor.take(".")) return std::nullopt;
  const auto month = cursor.digits(1, 2);
  if (!month || !is_month(*month) || !cursor.take(".")) return std::nullopt;
  const auto year = cursor.digits(4, 4);
  if (!year || !is_year(*year)) return std::nullopt;
  return made(cursor, *year, *month, *day);
}

// A year behind a day and a month; the cursor stays where none is.
int year_behind(Cursor& cursor) {
  Cursor next = cursor;
  next.take(",");
  if (!next.spaces()) return 0;
  next.take("of ");
  const auto year = next.digits(4, 4);
  if (!year || !is_year(*year) || !next.ends_here()) return 0;
  cursor = next;
  return *year;
}

// "1 March 2026", "the 1st of March"
Read read_day_month(Cursor cursor) {
  const auto day = cursor.digits(1, 2);
  if (!day || !is_day(*day)) return std::nullopt;
  cursor.ordinal();
  if (!cursor.spaces() && !cursor.take("-")) return std::nullopt;
  if (cursor.take("of")) cursor.spaces();
  const auto month = cursor.month_name();
  if (!month || !cursor.ends_here()) return std::nullopt;
  const int year = year_behind(cursor);
  return made(cursor, year, *month, *day);
}

// "March 1, 2026", "March 2026"
Read read_month_day(Cursor cursor) {
  const auto month = cursor.month_name();
  if (!month || !cursor.spaces()) return std::nullopt;
  Cursor next = cursor;
  next.take("of ");
  if (const auto year = next.digits(4, 4); year && is_year(*year) && next.ends_here()) {
    return made(next, *year, *month, 0);
  }
  const auto day = cursor.digits(1, 2);
  if (!day || !is_day(*day)) return std::nullopt;
  cursor.ordinal();
  if (!cursor.ends_here()) return std::nullopt;
  const int year = year_behind(cursor);
  return made(cursor, year, *month, *day);
}

// 2026年3月1日, 3月1日, 2026 年 3 月
Read read_cjk(Cursor cursor) {
  auto number = cursor.cjk_number();
  if (!number) return std::nullopt;
  int year = 0;
  cursor.spaces();
  if (cursor.take("年")) {
    if (!is_year(*number)) return std::nullopt;
    year = *number;
    cursor.spaces();
    number = cursor.cjk_number();
    if (!number) return std::nullopt;
    cursor.spaces();
  }
  if (!cursor.take("月") || !is_month(*number)) return std::nullopt;
  Cursor next = cursor;
  next.spaces();
  const auto day = next.cjk_number();
  next.spaces();
  const bool whole = day && is_day(*day) && (next.take("日") || next.take("号") || next.take("號"));
  if (whole) return made(next, year, *number, *day);
  return year == 0 ? std::nullopt : made(cursor, year, *number, 0);
}

bool begins_word(std::string_view text, std::size_t at) {
  if (at == 0) return true;
  const char before = text[at - 1];
  const bool inside = is_letter(before) || is_digit(before);
  const bool decimal = (before == '.' || before == ',') && at > 1 && is_digit(text[at - 2]);
  return !inside && !decimal;
}

}  // namespace

std::vector<WrittenDate> read_dates(std::string_view text) {
  std::vector<WrittenDate> dates;
  for (std::size_t at = 0; at < text.size();) {
    const bool letter = is_letter(text[at]);
    const bool other = (text[at] & 0x80) != 0;
    if ((!letter && !is_digit(text[at]) && !other) || !begins_word(text, at)) {
      ++at;
      continue;
    }
    Read read;
    for (const auto reader : {read_iso, read_dotted, read_day_month, read_month_day, read_cjk}) {
      if (!read) read = reader(Cursor(text, at));
    }
    if (!read) {
      ++at;
      continue;
    }
    read->first.range = {at, read->second.at()};
    dates.push_back(read->first);
    at = read->second.at();
  }
  return dates;
}

bool covers(const WrittenDate& page, const WrittenDate& claim) {
  const auto agrees = [](int said, int claimed) { return claimed == 0 || said == claimed; };
  return agrees(page.year, claim.year) && agrees(page.month, claim.month) &&
         agrees(page.day, claim.day);
}

std::string to_text(const WrittenDate& date) {
  std::array<char, 16> text{};
  const auto part = [&](const char* format, int value) -> std::string {
    if (value == 0) return {};
    std::snprintf(text.data(), text.size(), format, value);
    return text.data();
  };
  std::string out = part("%04d-", date.year) + part("%02d-", date.month) + part("%02d-", date.day);
  if (!out.empty()) out.pop_back();
  return out;
}

std::string without_dates(std::string_view text, std::span<const WrittenDate> dates) {
  std::string out(text);
  for (const WrittenDate& date : dates) {
    std::fill(out.begin() + static_cast<std::ptrdiff_t>(date.range.begin),
              out.begin() + static_cast<std::ptrdiff_t>(date.range.end), ' ');
  }
  return out;
}

}  // namespace seekd::daemon
