// Times as the interfaces write them: RFC 3339, UTC, whole seconds ("2026-03-01T12:00:00Z").
//
// Pure; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::daemon {

std::string format_time(TimePoint time);

// Its day alone: "2026-03-01".
std::string format_day(TimePoint time);

// Only that one spelling; nullopt for every other.
std::optional<TimePoint> parse_time(std::string_view text);

}  // namespace seekd::daemon
