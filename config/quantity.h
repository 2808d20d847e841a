// Durations and sizes as configuration writes them: a whole number and its unit, "30s", "4MiB".
//
// Pure; any thread. A number without a unit is an error: nobody should have to guess whether 30 is
// seconds.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::config {

// Units: ms, s, m, h, d. Errors: invalid_argument, with what is wrong and no place.
Result<std::chrono::milliseconds> parse_duration(std::string_view text);

// Units: B, KiB, MiB, GiB, TiB. Errors: as above.
Result<std::uint64_t> parse_bytes(std::string_view text);

// The shortest spelling that the parsers read back as the same quantity.
std::string duration_text(std::chrono::milliseconds duration);
std::string bytes_text(std::uint64_t bytes);

}  // namespace seekd::config
