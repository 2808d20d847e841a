// The few functions that features are scaled with, so that a long page and a short one are alike.
#pragma once

#include <algorithm>
#include <cmath>

namespace seekd::fetcher {

inline double log1(double x) {
  return std::log1p(std::max(x, 0.0));
}

// Of a distance: its sign stays.
inline double signed_log1(double x) {
  return std::copysign(std::log1p(std::abs(x)), x);
}

inline double ratio(double part, double whole) {
  return whole > 0 ? part / whole : 0;
}

}  // namespace seekd::fetcher
