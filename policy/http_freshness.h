// How long a stored response may be used without asking its server: RFC 9111.
//
// Pure; `now` is an argument; any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "policy/page.h"

namespace seekd::policy {

// Bounds that the site's configuration puts around what servers say.
struct FreshnessBounds {
  std::chrono::seconds heuristic_default{3600};  // nothing said, and no Last-Modified
  std::chrono::seconds lifetime_min{0};
  std::chrono::seconds lifetime_max{7 * 24 * 3600};

  bool operator==(const FreshnessBounds&) const = default;
};

struct Freshness {
  TimePoint fresh_until;      // revalidate after this; already corrected by Age and Date (§4.2.3)
  bool storable = true;       // false: no-store or private with no right to keep; the answer may use it, the cache may not
  bool always_revalidate = false;  // no-cache, or Vary: *
};

// RFC 9111 §4.2: freshness lifetime from Cache-Control, Expires, or the heuristic of §4.2.2, less the current age.
Freshness judge_freshness(const CachingHeaders& headers, TimePoint requested_at,
                          TimePoint received_at, const FreshnessBounds& bounds);

// RFC 9110 §5.6.7: IMF-fixdate, RFC 850 and asctime forms. nullopt when it is none of them.
std::optional<TimePoint> parse_http_date(std::string_view text);

// What an answer says of a source.
enum class SourceState : std::uint8_t {
  fresh,        // within its freshness lifetime (or the caller's max_age), or fetched for this answer
  revalidated,  // its server said 304 for this answer
  stale,        // past it, and could not be revalidated now
  offline,      // past it or not, and the caller asked for no fetch
};
std::string_view to_string(SourceState state);

}  // namespace seekd::policy
