// URLs as the door reads them: http and https only, one canonical spelling.
//
// Pure; any thread. RFC 3986 as Boost.URL reads it, with what browsers tolerate (backslashes, white
// space, userinfo, percent-encoded hosts) refused beforehand. Canonical: scheme and host in lower
// case, the host as policy/host.h writes it, dot segments removed (§5.2.4), escapes in upper case
// and never of unreserved characters (§6.2.2), UTF-8 of path and query percent-encoded (RFC 3987
// §3.1), and so what browsers tolerate there ('|', '[', '"', a '%' that begins no escape, …), no
// default port, no fragment. The canonical text is a fixed point of parse_url.

#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::policy {

inline constexpr std::size_t url_bytes_max = 2048;  // of the text and of its canonical spelling

struct Url {
  std::string scheme;        // "http" or "https"
  std::string host;          // A-label without a trailing dot, "192.0.2.1" or "[2001:db8::1]"
  std::uint16_t port = 0;    // explicit or the scheme's default
  std::string target = "/";  // path and query, percent-encoded, starts with '/'; no fragment

  std::string_view path() const;  // of the target, without the query
  std::string text() const;       // the default port is left out. The cache's key.
  std::string origin() const;     // scheme://host[:port]

  bool operator==(const Url&) const = default;
};

// Errors: invalid_argument or too_large, with a message that names what is wrong.
Result<Url> parse_url(std::string_view text);

// RFC 3986 §5.3: `reference` (a Location, an href) as seen from `base`. Errors as parse_url's.
Result<Url> resolve_reference(const Url& base, std::string_view reference);

// What a parser found where, verbatim: the common ground of two parsers that are compared.
struct UrlParts {
  std::string_view scheme;
  std::string_view host;                  // brackets included where there are some
  std::string_view port;                  // digits; "" where the text has none
  std::string_view path;                  // "" or starts with '/'; dot segments still in it
  std::optional<std::string_view> query;  // without '?'; "" and absent differ
};

// The canonical Url of parts that some parser cut out. Errors as parse_url's.
Result<Url> canonical_url(const UrlParts& parts);

// Which of the door's checks a text fails by being read.
enum class UrlFault : std::uint8_t {
  malformed,  // not a URL, or spelled in a way that parsers read differently
  userinfo,   // "user@" or a bare "@" before the host
  too_long,   // over url_bytes_max; the text is not looked at
  scheme,     // neither http nor https
  host,       // not a host name: a label breaks IDNA2008, STD3 or DNS lengths
};

struct UrlError {
  UrlFault fault = UrlFault::malformed;
  std::string message;
};

// parse_url for those who branch on the fault.
std::expected<Url, UrlError> read_url(std::string_view text);

// resolve_reference's first half: the absolute text that `reference` stands for, neither canonical
// nor judged, so that a second parser sees the reference's own bytes.
// Errors: invalid_argument, where `reference` is no URI reference (RFC 3986 §4.1).
Result<std::string> absolute_text(const Url& base, std::string_view reference);

}  // namespace seekd::policy
