// The time that a question speaks of: "last week", "in 2019", "since May 2020", 去年, 3日前,
// 令和元年.
//
// Pure; `now` is an argument, and the asker's day is taken to be UTC's; any thread. Linear in the
// text. English, Chinese and Japanese.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/calendar_units.h"

namespace seekd::policy {

struct SpokenTime {
  TimeSpan span;      // of all times that the question names, from the first to the last
  std::string words;  // by which it names them, as read: "last week", "2009, now"

  bool is_over(TimePoint now) const { return span.end <= now; }
};

// nullopt: it names none.
std::optional<SpokenTime> spoken_time(std::string_view text, TimePoint now);

}  // namespace seekd::policy
