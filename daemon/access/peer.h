// Peer: the account behind a connection, as the kernel knows it.
//
// Plain value; any thread.

#pragma once

#include <optional>
#include <vector>

#include <sys/types.h>

namespace seekd::daemon {

struct Peer {
  std::optional<uid_t> uid;   // nullopt: nobody knows; a caller over TCP
  std::vector<gid_t> groups;  // its own and its supplementary ones

  bool operator==(const Peer&) const = default;
};

// Of a connected unix socket: who called connect(), and what groups it then had (unix(7),
// SO_PEERCRED and SO_PEERGROUPS). What the kernel does not say is not known: nobody, or no group.
Peer peer_of(int descriptor);

}  // namespace seekd::daemon
