// Keeps web pages in a browser of this host away from the loopback socket: cross-site requests and
// DNS rebinding.
//
// Pure; any thread. A page may make a browser send requests to 127.0.0.1; the browser then says
// whose they are (Origin, RFC 6454), and under which name the page knows this host (Host, RFC 9110
// §7.2).

#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace seekd::daemon {

// Whether what this host is called tells a page that was led here from a caller.
enum class HostName : std::uint8_t {
  judged,    // nothing else does: a name that a foreign DNS server could point here is refused
  any_name,  // callers prove who they are, which such a page cannot
};

// Why a request over TCP is refused that carries no key, or nullopt. `origin` is "" when there is
// none. A page cannot send a key to another site unasked (Fetch Standard, §4.8), but its browser
// may show a client's certificate.
std::optional<std::string> refused_origin(std::string_view host, std::string_view origin,
                                          HostName name);

}  // namespace seekd::daemon
