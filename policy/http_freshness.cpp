#include "policy/http_freshness.h"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <optional>
#include <string>

#include "policy/cache_control.h"
#include "policy/http_date.h"

namespace seekd::policy {
namespace {

using std::chrono::seconds;

// RFC 9110 §6.6.1: a response without a (readable) Date is dated by its receipt.
TimePoint date_of(const CachingHeaders& headers, TimePoint received_at) {
  return parse_http_date(headers.date, received_at).value_or(received_at);
}

struct Lifetime {
  seconds said{0};
  FreshnessOrigin origin = FreshnessOrigin::fallback;
};

// Fewer visits after the first say little of a page.
constexpr std::size_t visits_learned_from_min = 3;
// Of a page that is called fresh to have changed, at the end of its lifetime; as §4.2.2 has a tenth
// of the time since the last change.
constexpr double change_probability_max = 0.1;

std::optional<seconds> learned_lifetime(const ChangeHistory& history, seconds expected) {
  if (history.recent.size() < visits_learned_from_min) return std::nullopt;
  // What is believed of a page without visits leads to the lifetime that one gets.
  const double scale = -std::numbers::ln2 / std::log1p(-change_probability_max);
  const seconds half_life(
      std::max<std::int64_t>(1, std::llround(static_cast<double>(expected.count()) * scale)));
  return time_until_changed(change_rate(history.recent, half_life), change_probability_max);
}

// §4.2.1, in this order; then §4.2.2.
Lifetime freshness_lifetime(const CachingHeaders& headers, const CacheControl& control,
                            TimePoint received_at, const FreshnessBounds& bounds,
                            const ChangeHistory& history) {
  const TimePoint date = date_of(headers, received_at);
  if (control.s_maxage) return {*control.s_maxage, FreshnessOrigin::server};
  if (control.max_age) return {*control.max_age, FreshnessOrigin::server};
  if (!headers.expires.empty()) {
    // §5.3: "A cache recipient MUST interpret invalid date formats, especially the value "0", as
    // representing a time in the past (i.e., "already expired")."
    const auto expires = parse_http_date(headers.expires, received_at);
    return {expires ? std::max(*expires - date, seconds(0)) : seconds(0), FreshnessOrigin::server};
  }
  if (const auto learned = learned_lifetime(history, bounds.heuristic_default)) {
    return {*learned, FreshnessOrigin::learned};
  }
  // §4.2.2: "recommended to use a fraction of the interval since that time. A typical setting …
  // might be 10%."
  if (const auto modified = parse_http_date(headers.last_modified, received_at)) {
    return {std::max(date - *modified, seconds(0)) / 10, FreshnessOrigin::last_modified};
  }
  return {bounds.heuristic_default, FreshnessOrigin::fallback};
}

// §5.1: of several members the first counts, and an invalid value is ignored.
seconds age_value(std::string_view age) {
  age = age.substr(0, age.find_first_of(", "));
  return parse_delta_seconds(age).value_or(seconds(0));
}

// §4.2.3, when the response is received.
seconds corrected_initial_age(const CachingHeaders& headers, TimePoint requested_at,
                              TimePoint received_at) {
  const seconds apparent_age = std::max(seconds(0), received_at - date_of(headers, received_at));
  const seconds response_delay = std::max(seconds(0), received_at - requested_at);
  return std::max(apparent_age, age_value(headers.age) + response_delay);
}

// §4.1: "A stored response with a Vary header field value containing a member "*" always fails to
// match."
bool varies_always(std::string_view vary) {
  while (!vary.empty()) {
    const std::size_t comma = std::min(vary.find(','), vary.size());
    const std::string_view member = vary.substr(0, comma);
    const std::size_t star = member.find('*');
    if (star != member.npos && member.find_first_not_of(" \t*") == member.npos) return true;
    vary.remove_prefix(std::min(comma + 1, vary.size()));
  }
  return false;
}

}  // namespace

Freshness judge_freshness(const CachingHeaders& headers, TimePoint requested_at,
                          TimePoint received_at, const FreshnessBounds& bounds,
                          const ChangeHistory& history) {
  const CacheControl control = parse_cache_control(headers.cache_control);
  const auto [said, origin] = freshness_lifetime(headers, control, received_at, bounds, history);
  const seconds lifetime = std::max(bounds.lifetime_min, std::min(said, bounds.lifetime_max));
  const seconds age = corrected_initial_age(headers, requested_at, received_at);
  return {.fresh_until = received_at + lifetime - age,
          .origin = origin,
          .storable = !control.no_store && !control.is_private,
          .always_revalidate = control.no_cache || varies_always(headers.vary)};
}

std::string_view to_string(FreshnessOrigin origin) {
  switch (origin) {
    case FreshnessOrigin::server:
      return "server";
    case FreshnessOrigin::learned:
      return "learned";
    case FreshnessOrigin::last_modified:
      return "last_modified";
    case FreshnessOrigin::fallback:
      return "default";
  }
  return "default";
}

std::optional<TimePoint> date_said(const CachingHeaders& headers, TimePoint received_at) {
  const auto date = parse_http_date(headers.date, received_at);
  if (!date) return std::nullopt;
  return *date + age_value(headers.age);
}

bool forbids_stale(const CachingHeaders& headers) {
  const CacheControl control = parse_cache_control(headers.cache_control);
  return control.no_cache || control.must_revalidate || varies_always(headers.vary);
}

CachingHeaders updated_headers(const CachingHeaders& stored, const CachingHeaders& not_modified) {
  const auto newer = [&](std::string CachingHeaders::* field) {
    return (not_modified.*field).empty() ? stored.*field : not_modified.*field;
  };
  return {.cache_control = newer(&CachingHeaders::cache_control),
          .expires = newer(&CachingHeaders::expires),
          .date = not_modified.date,
          .age = not_modified.age,
          .last_modified = newer(&CachingHeaders::last_modified),
          .etag = newer(&CachingHeaders::etag),
          .vary = newer(&CachingHeaders::vary)};
}

std::string_view to_string(SourceState state) {
  switch (state) {
    case SourceState::fresh:
      return "fresh";
    case SourceState::revalidated:
      return "revalidated";
    case SourceState::stale:
      return "stale";
    case SourceState::offline:
      return "offline";
  }
  return "stale";
}

}  // namespace seekd::policy
