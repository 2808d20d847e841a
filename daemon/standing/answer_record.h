// How the answers to a standing question are kept in the cache's schedule, beside its watch.
//
// As watch_record.h says. Pure; any thread.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "daemon/standing/standing_answer.h"

namespace seekd::daemon {

// In the schedule; watches have numbers below it.
inline constexpr std::uint64_t answers_number_first = std::uint64_t{1} << 63;
constexpr std::uint64_t answers_number(std::uint64_t watch) {
  return answers_number_first | watch;
}

std::string encode(const std::vector<StandingAnswer>& answers);

[[nodiscard]] bool decode(std::string_view bytes, std::vector<StandingAnswer>& answers);

}  // namespace seekd::daemon
