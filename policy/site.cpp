#include "policy/site.h"

#include <algorithm>

#include "policy/site_rule.h"

namespace seekd::policy {
namespace {

constexpr std::chrono::minutes day{24 * 60};

template <class T>
void take(std::optional<T>& into, const std::optional<T>& from) {
  if (from) into = from;
}

void overlay(Site& into, const Site& from) {
  take(into.interval, from.interval);
  take(into.concurrency, from.concurrency);
  take(into.hours, from.hours);
  take(into.user_agent, from.user_agent);
  if (from.robots) into.robots_reason = from.robots_reason;
  take(into.robots, from.robots);
  take(into.route, from.route);
  take(into.wire_bytes_max, from.wire_bytes_max);
  take(into.decoded_bytes_max, from.decoded_bytes_max);
  take(into.content_types, from.content_types);
}

}  // namespace

std::optional<TimePoint> closed_until(const Hours& hours, TimePoint now) {
  const TimePoint local = now + hours.utc_offset;
  const auto time_of_day = local - std::chrono::floor<std::chrono::days>(local);
  const bool over_midnight = hours.end < hours.begin;
  const bool begun = time_of_day >= hours.begin, ended = time_of_day >= hours.end;
  if (over_midnight ? begun || !ended : begun && !ended) return std::nullopt;
  auto wait = hours.begin - time_of_day;
  if (wait <= decltype(wait)::zero()) wait += day;
  return now + wait;
}

std::string to_string(const Endpoint& endpoint) {
  const bool v6 = endpoint.address.family == IpAddress::Family::v6;
  const std::string address = to_string(endpoint.address);
  return (v6 ? '[' + address + ']' : address) + ':' + std::to_string(endpoint.port);
}

Site site_of(std::span<const Site> sites, std::string_view host) {
  std::vector<const Site*> matching;
  for (const Site& site : sites) {
    if (host_matches(site.host, host)) matching.push_back(&site);
  }
  std::ranges::stable_sort(matching, {},
                           [](const Site* site) { return host_match_length(site->host); });
  Site merged;
  merged.host = host;
  for (const Site* site : matching) overlay(merged, *site);
  return merged;
}

}  // namespace seekd::policy
