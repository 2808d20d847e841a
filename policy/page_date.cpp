#include "policy/page_date.h"

#include <algorithm>
#include <charconv>

#include "policy/ascii.h"

namespace seekd::policy {
namespace {

constexpr std::size_t date_bytes = 10;  // "2026-03-01"

std::optional<int> number(std::string_view digits) {
  if (!std::ranges::all_of(digits, is_digit)) return std::nullopt;
  int value = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), value);
  return value;
}

}  // namespace

std::optional<std::chrono::sys_days> day_of(std::string_view date) {
  if (date.size() < date_bytes || date[4] != '-' || date[7] != '-') return std::nullopt;
  if (date.size() > date_bytes && is_digit(date[date_bytes])) return std::nullopt;
  const auto year = number(date.substr(0, 4));
  const auto month = number(date.substr(5, 2));
  const auto day = number(date.substr(8, 2));
  if (!year || !month || !day) return std::nullopt;
  const std::chrono::year_month_day read{std::chrono::year(*year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!read.ok()) return std::nullopt;
  return std::chrono::sys_days(read);
}

std::optional<std::chrono::sys_days> day_of_page(std::string_view published,
                                                 std::string_view modified) {
  const auto last = day_of(modified);
  return last ? last : day_of(published);
}

}  // namespace seekd::policy
