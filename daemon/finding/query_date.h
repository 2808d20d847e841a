// A time as the words by which pages of that time are found: as exact as it is long.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::daemon {

enum class DateStyle : std::uint8_t {
  english,  // "14 March 2026", "March 2026", "2026"
  chinese,  // 2026年3月14日, 2026年3月, 2026年
};

// The day, month or year that `begin` to `end` lies in; "" where they lie more than two years
// apart.
std::string date_words(TimePoint begin, TimePoint end, DateStyle style);

// A year of four digits stands in the text.
bool names_year(std::string_view text);

}  // namespace seekd::daemon
