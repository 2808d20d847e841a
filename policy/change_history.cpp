#include "policy/change_history.h"

#include <cmath>
#include <numbers>

namespace seekd::policy {
namespace {

// Of the Gamma distribution before the first visit, whose most likely rate is the believed one.
constexpr double belief = 0.5;

// The derivative of the logarithm of the likelihood; it falls as the rate grows.
double slope(std::span<const Visit> visits, double believed_half_life, double rate) {
  double sum = belief / rate - belief * believed_half_life / std::numbers::ln2;
  for (const Visit& visit : visits) {
    const auto seconds = static_cast<double>(visit.since.count());
    if (seconds <= 0) continue;
    sum += visit.changed ? seconds / std::expm1(seconds * rate) : -seconds;
  }
  return sum;
}

}  // namespace

void ChangeHistory::add(Visit visit) {
  ++visits;
  if (visit.changed) ++changes;
  if (visit.since.count() <= 0) return;
  if (recent.size() == recent_max) recent.erase(recent.begin());
  recent.push_back(visit);
}

double change_rate(std::span<const Visit> visits, std::chrono::seconds believed_half_life) {
  const auto believed = static_cast<double>(believed_half_life.count());
  double low = std::log(1e-9);  // a change in 30 years
  double high = std::log(1.0);  // one a second
  for (int halving = 0; halving < 60; ++halving) {
    const double middle = (low + high) / 2;
    (slope(visits, believed, std::exp(middle)) > 0 ? low : high) = middle;
  }
  return std::exp(low);
}

std::chrono::seconds time_until_changed(double rate, double probability) {
  return std::chrono::seconds(std::llround(-std::log1p(-probability) / rate));
}

}  // namespace seekd::policy
