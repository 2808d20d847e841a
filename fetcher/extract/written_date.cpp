#include "fetcher/extract/written_date.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <vector>

#include <fmt/format.h>

#include "policy/ascii.h"

namespace seekd::fetcher {
namespace {

using policy::is_digit;

constexpr std::size_t text_bytes_max = 200;
constexpr int year_min = 1990;
constexpr int year_max = 2099;

constexpr auto month_names =
    std::to_array<std::string_view>({"january", "february", "march", "april", "may", "june", "july",
                                     "august", "september", "october", "november", "december"});

bool is_letter(char c) {
  return (c | 0x20) >= 'a' && (c | 0x20) <= 'z';
}

// A number or an English month, with what stands between it and the one before.
struct Part {
  int value = 0;
  std::size_t digits = 0;  // 0 for a month's name
  std::string_view before;
};

// Names of months are written in full or by three letters, September by four, too.
int month_of(std::string_view word) {
  std::string lower(word);
  std::ranges::transform(lower, lower.begin(), [](char c) { return static_cast<char>(c | 0x20); });
  if (lower.size() < 3) return 0;
  for (std::size_t i = 0; i < month_names.size(); ++i) {
    const bool abbreviated = lower.size() == 3 || lower == "sept";
    if (lower == month_names[i] || (abbreviated && month_names[i].starts_with(lower)))
      return static_cast<int>(i) + 1;
  }
  return 0;
}

std::vector<Part> parts_of(std::string_view text) {
  std::vector<Part> parts;
  std::size_t between = 0;
  for (std::size_t at = 0; at < text.size();) {
    const bool digit = is_digit(text[at]);
    if (!digit && !is_letter(text[at])) {
      ++at;
      continue;
    }
    std::size_t end = at;
    while (end < text.size() && (digit ? is_digit(text[end]) : is_letter(text[end]))) ++end;
    const std::string_view token = text.substr(at, end - at);
    Part part{0, digit ? token.size() : 0, text.substr(between, at - between)};
    if (digit && token.size() <= 4) {
      std::from_chars(token.data(), token.data() + token.size(), part.value);
    } else if (!digit) {
      part.value = month_of(token);
    }
    if (digit || part.value > 0) {
      parts.push_back(part);
      between = end;
    }
    at = end;
  }
  return parts;
}

bool is_year(const Part& part) {
  return part.digits == 4 && part.value >= year_min && part.value <= year_max;
}
bool is_day(const Part& part) {
  return part.digits > 0 && part.digits <= 2 && part.value >= 1 && part.value <= 31;
}

std::string iso(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return {};
  return fmt::format("{:04}-{:02}-{:02}", year, month, day);
}

// Three parts in a row: year, month, day in one of the orders that can be told.
std::string read_three(const Part& a, const Part& b, const Part& c) {
  const bool b_month = b.digits == 0;
  const bool c_month = c.digits == 0;
  if (a.digits == 0) return is_day(b) && is_year(c) ? iso(c.value, a.value, b.value) : "";
  if (b_month) {
    if (is_day(a) && is_year(c)) return iso(c.value, b.value, a.value);
    return is_year(a) && is_day(c) ? iso(a.value, b.value, c.value) : "";
  }
  if (c_month) return "";
  if (is_year(a)) return is_day(b) && is_day(c) ? iso(a.value, b.value, c.value) : "";
  if (!is_year(c) || !is_day(a) || !is_day(b) || b.before != c.before) return "";
  if (b.before == "." || a.value > 12) return iso(c.value, b.value, a.value);
  return b.value > 12 ? iso(c.value, a.value, b.value) : "";
}

}  // namespace

std::string written_day(std::string_view text) {
  const std::vector<Part> parts = parts_of(text.substr(0, text_bytes_max));
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    if (std::string day = read_three(parts[i], parts[i + 1], parts[i + 2]); !day.empty())
      return day;
  }
  return {};
}

std::string day_of_path(std::string_view path) {
  const std::vector<Part> parts = parts_of(path.substr(0, text_bytes_max));
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    const bool folders =
        parts[i].before.ends_with('/') && parts[i + 1].before == "/" && parts[i + 2].before == "/";
    if (folders && is_year(parts[i])) return read_three(parts[i], parts[i + 1], parts[i + 2]);
  }
  return {};
}

}  // namespace seekd::fetcher
