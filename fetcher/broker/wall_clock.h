// The time of day, to the second, as a page's times are stored.
//
// For the shells alone: what decides is told the time.
#pragma once

#include <chrono>

#include "policy/page.h"

namespace seekd::fetcher {

inline TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace seekd::fetcher
