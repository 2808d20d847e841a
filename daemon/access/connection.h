// Connection: what is known of one before the caller has said a word.
//
// Plain value; any thread.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "daemon/access/peer.h"

namespace seekd::daemon {

enum class Transport : std::uint8_t {
  unix_socket,  // its file's mode says who may ask
  tcp,  // on loopback: every user of the host, and every page in a browser (browser_guard.h)
};

struct Connection {
  Transport transport = Transport::unix_socket;
  Peer account;  // of a unix socket
  // The names in the certificate that the client has proved to be its own; empty without one.
  std::vector<std::string> certificate_names;
};

}  // namespace seekd::daemon
