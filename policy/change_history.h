// How often a page changes, from what its visits saw, and how long a copy of it may be believed.
//
// A page is taken to change as a Poisson process does. A visit sees whether it has changed since
// the one before, not how often: the history is incomplete. The rate that makes what was seen most
// likely is that of J. Cho, H. Garcia-Molina, "Estimating Frequency of Change" (ACM TOIT 3, 2003,
// §4.2, visits at irregular intervals), with a weak belief put before it so that few visits do not
// lead far.
//
// Pure; any thread; time is an argument.

#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace seekd::policy {

struct Visit {
  std::chrono::seconds since{0};  // the visit before
  bool changed = false;           // in that time, once or more

  bool operator==(const Visit&) const = default;
};

// Of a page since it was first seen.
struct ChangeHistory {
  std::uint32_t visits = 0;
  std::uint32_t changes = 0;
  std::vector<Visit> recent;  // oldest first; at most recent_max

  static constexpr std::size_t recent_max = 20;

  // The first visit has none before it: `since` is 0 then, and wherever a clock went back.
  void add(Visit visit);

  bool operator==(const ChangeHistory&) const = default;
};

// Changes a second. Where nothing was seen a page changes within `believed_half_life` as likely as
// not; visits with `since` of 0 say nothing. REQUIRES: believed_half_life > 0.
double change_rate(std::span<const Visit> visits, std::chrono::seconds believed_half_life);

// After so long a page of this rate has changed with this probability. REQUIRES: rate > 0,
// 0 < probability < 1.
std::chrono::seconds time_until_changed(double rate, double probability);

}  // namespace seekd::policy
