#include "daemon/refresh/learned_interval.h"

#include <cmath>
#include <numbers>
#include <vector>

namespace seekd::daemon {
namespace {

constexpr double believed_interval = 6 * 3600;  // seconds
// Of the Gamma distribution before the first run, whose most likely rate has that interval.
constexpr double belief = 0.5;

struct Observation {
  double seconds = 0;
  bool changed = false;
};

std::vector<Observation> observations(std::span<const WatchRun> history) {
  std::vector<Observation> seen;
  const WatchRun* before = nullptr;
  for (const WatchRun& run : history) {
    if (!run.succeeded()) continue;
    if (before != nullptr && run.at > before->at) {
      seen.push_back(
          {static_cast<double>((run.at - before->at).count()), run.outcome == RunOutcome::changed});
    }
    before = &run;
  }
  return seen;
}

// The derivative of the logarithm of the likelihood; it falls as the rate grows.
double slope(std::span<const Observation> seen, double rate) {
  double sum = belief / rate - belief * believed_interval / std::numbers::ln2;
  for (const Observation& one : seen) {
    sum += one.changed ? one.seconds / std::expm1(one.seconds * rate) : -one.seconds;
  }
  return sum;
}

}  // namespace

std::chrono::seconds learned_interval(std::span<const WatchRun> history) {
  const std::vector<Observation> seen = observations(history);
  double low = std::log(1e-9);  // a change in 30 years
  double high = std::log(1.0);  // one a second
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (slope(seen, std::exp(middle)) > 0 ? low : high) = middle;
  }
  return std::chrono::seconds(std::llround(std::numbers::ln2 / std::exp(low)));
}

}  // namespace seekd::daemon
