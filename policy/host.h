// The host of a URL: one canonical spelling, and whether it is a name or an address in disguise.
//
// Pure; any thread. Names become A-labels (IDNA2008 with the mapping of UTS #46, nontransitional,
// STD3 rules but for underscores; libidn2). Numbers are read as inet_aton and browsers read them
// (WHATWG URL, "host parsing"), because that is what a resolver would connect to.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::policy {

enum class HostKind : std::uint8_t {
  name,     // A-labels, lower case, no trailing dot
  ipv4,     // dotted decimal, however it was spelled
  ipv6,     // RFC 5952, in brackets
  numeric,  // the last label is a number and the whole no address ("example.1"): nobody's name
};

// Of UTF-8 without percent escapes. A fixed point on its own results.
// Errors: invalid_argument (a label breaks IDNA2008, STD3 or DNS lengths, or brackets hold no
// IPv6 address).
Result<std::string> canonical_host(std::string_view host);

// REQUIRES: `host` came out of canonical_host.
HostKind host_kind(std::string_view host);

}  // namespace seekd::policy
