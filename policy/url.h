// URLs as the door reads them: http and https only, one canonical spelling.
//
// Pure; any thread. RFC 3986 as Boost.URL reads it, with what browsers tolerate (backslashes, white space, userinfo,
// percent-encoded hosts) refused beforehand. Host names become A-labels (IDNA2008, UTS #46, libidn2).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::policy {

inline constexpr std::size_t url_bytes_max = 2048;

struct Url {
  std::string scheme;         // "http" or "https"
  std::string host;           // A-label, lower case, no trailing dot
  std::uint16_t port = 0;     // explicit or the scheme's default
  std::string target = "/";   // path and query, percent-encoded, starts with '/'; no fragment

  std::string text() const;   // canonical: the default port is left out. The cache's key.
  std::string origin() const; // scheme://host[:port]

  bool operator==(const Url&) const = default;
};

// Errors: invalid_argument or too_large, with a message that names what is wrong.
Result<Url> parse_url(std::string_view text);

// RFC 3986 §5.3: `reference` (a Location, an href) as seen from `base`.
Result<Url> resolve_reference(const Url& base, std::string_view reference);

}  // namespace seekd::policy
