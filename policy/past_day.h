// A day that is named without its year: "1 March", "March 1st", "the 1st of March", 3月1日.
//
// Pure; `now` is an argument; any thread. Linear in the text. English, Chinese and Japanese.

#pragma once

#include <optional>
#include <string_view>

#include "policy/calendar_units.h"

namespace seekd::policy {

// The last such day that is over, of the first one that the text names. nullopt: it names none. Of
// what is asked every year, such as a holiday, this says nothing: policy/spoken_time.h reads no
// such days.
std::optional<TimeSpan> past_day(std::string_view text, TimePoint now);

}  // namespace seekd::policy
