// The Cache-Control of a response: RFC 9111 §5.2.2, as a cache that several users share reads it.
//
// Pure; any thread.

#pragma once

#include <chrono>
#include <optional>
#include <string_view>

namespace seekd::policy {

struct CacheControl {
  bool no_store = false;
  // The forms that list fields (`no-cache="set-cookie"`) count as the plain ones, as §5.2.2.4 and
  // §5.2.2.7 allow.
  bool no_cache = false;
  bool is_private = false;
  // §5.2.2.2, §5.2.2.8 and §5.2.2.10: once stale it may not be used unconfirmed, not even where the
  // server cannot be reached.
  bool must_revalidate = false;
  // nullopt: the directive is absent. Zero where it is there and invalid, or there twice with
  // different values (§4.2.1: such a response is considered stale).
  std::optional<std::chrono::seconds> max_age;
  std::optional<std::chrono::seconds> s_maxage;
};

// Names in any case; arguments as tokens or quoted strings (§5.2); what is unknown is ignored
// (§5.2.3).
CacheControl parse_cache_control(std::string_view field);

// RFC 9111 §1.2.2: what is too large to be counted is 2^31. nullopt: not digits alone.
std::optional<std::chrono::seconds> parse_delta_seconds(std::string_view text);

}  // namespace seekd::policy
