// How long a stored response may be used without asking its server: RFC 9111, as a cache that
// several users share.
//
// Pure; time is an argument; any thread.

#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "policy/change_history.h"
#include "policy/page.h"

namespace seekd::policy {

// Bounds that the site's configuration puts around what servers say.
struct FreshnessBounds {
  std::chrono::seconds heuristic_default{3600};  // nothing said, and no Last-Modified
  std::chrono::seconds lifetime_min{0};
  std::chrono::seconds lifetime_max{7 * 24 * 3600};

  bool operator==(const FreshnessBounds&) const = default;
};

// Where a freshness lifetime comes from, before the bounds.
enum class FreshnessOrigin : std::uint8_t {
  server,         // Cache-Control or Expires
  learned,        // how often the page has changed (change_history.h)
  last_modified,  // a tenth of the time since Last-Modified (§4.2.2)
  fallback,       // the configuration's default
};
std::string_view to_string(FreshnessOrigin origin);  // "default" for the last

struct Freshness {
  // Revalidate after this; already corrected by Age and Date (§4.2.3), so it may lie in the past.
  TimePoint fresh_until;
  FreshnessOrigin origin = FreshnessOrigin::fallback;
  bool storable = true;  // false: no-store or private; the answer may use it, the cache may not
  bool always_revalidate = false;  // no-cache, or Vary: *; wins over fresh_until
};

// §4.2: the freshness lifetime from Cache-Control or Expires, less the current age. Where its
// server says neither, a heuristic of §4.2.2: what was learned of the page, where it has been
// visited often enough, else by Last-Modified.
Freshness judge_freshness(const CachingHeaders& headers, TimePoint requested_at,
                          TimePoint received_at, const FreshnessBounds& bounds,
                          const ChangeHistory& history = {});

// What time it was for the server that answered: its Date, and the Age that the answer had since
// (§4.2.3). nullopt where it says none.
std::optional<TimePoint> date_said(const CachingHeaders& headers, TimePoint received_at);

// §4.2.4: "A cache MUST NOT generate a stale response if it is prohibited by an explicit
// in-protocol directive": no-cache, must-revalidate, proxy-revalidate, s-maxage; or by Vary: *,
// which no request matches.
bool forbids_stale(const CachingHeaders& headers);

// §3.2 and §4.3.4: the stored response's fields after a 304. What the 304 does not name stays, but
// for Date and Age, which speak of the message that carries them.
CachingHeaders updated_headers(const CachingHeaders& stored, const CachingHeaders& not_modified);

// What an answer says of a source.
enum class SourceState : std::uint8_t {
  fresh,  // within its freshness lifetime (or the caller's max_age), or fetched for this answer
  revalidated,  // its server said 304 for this answer
  stale,        // past it, and could not be revalidated now
  offline,      // past it or not, and the caller asked for no fetch
};
std::string_view to_string(SourceState state);

}  // namespace seekd::policy
