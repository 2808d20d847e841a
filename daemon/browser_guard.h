// Keeps web pages in a browser of this host away from the loopback socket: cross-site requests and
// DNS rebinding.
//
// Pure; any thread. A page may make a browser send requests to 127.0.0.1; the browser then says
// whose they are (Origin, RFC 6454), and under which name the page knows this host (Host, RFC 9110
// §7.2).

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::daemon {

// Why a request on a TCP socket is refused, or nullopt. `origin` is "" when there is none.
std::optional<std::string> refused_origin(std::string_view host, std::string_view origin);

}  // namespace seekd::daemon
