// Fields that speak of dates: what a source may be of, and as of when pages are read.
//
// Pure; any thread. A date is "2026-03-01", or "3/1/2026" as services with these fields have it
// (month, day, year).

#pragma once

#include <optional>

#include "daemon/answer/date_filter.h"
#include "daemon/api/fields.h"

namespace seekd::daemon {

// search_after_date_filter and its like; errors are recorded in `fields`.
DateFilter read_date_filter(Fields& fields);

// "as_of": a time (RFC 3339 in UTC), or a date, which is the end of that day.
std::optional<TimePoint> read_as_of(Fields& fields);

}  // namespace seekd::daemon
