// Dates as HTTP writes them: RFC 9110 §5.6.7, read as leniently as RFC 9111 §4.2 advises.
//
// Pure; `now` is an argument; any thread.

#pragma once

#include <optional>
#include <string_view>

#include "policy/page.h"

namespace seekd::policy {

// IMF-fixdate, RFC 850 and asctime forms, in any case; nullopt when it is none of them, no date of
// the calendar, or of another zone than GMT. `now` decides the century of RFC 850's two-digit
// years.
std::optional<TimePoint> parse_http_date(std::string_view text, TimePoint now);

}  // namespace seekd::policy
