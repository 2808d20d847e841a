#include "daemon/access/peer.h"

#include <cerrno>

#include <sys/socket.h>

namespace seekd::daemon {
namespace {

std::vector<gid_t> supplementary_groups(int descriptor) {
  std::vector<gid_t> groups(64);
  for (int tries = 0; tries < 2; ++tries) {
    socklen_t bytes = groups.size() * sizeof(gid_t);
    const int got = getsockopt(descriptor, SOL_SOCKET, SO_PEERGROUPS, groups.data(), &bytes);
    const bool too_few = got != 0 && errno == ERANGE;  // `bytes` is then what it takes
    groups.resize(got == 0 || too_few ? bytes / sizeof(gid_t) : 0);
    if (!too_few) return groups;
  }
  return {};
}

}  // namespace

Peer peer_of(int descriptor) {
  ucred credentials{};
  socklen_t bytes = sizeof credentials;
  if (getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &bytes) != 0) return {};
  // A uid that this user namespace does not have is shown as the overflow uid, or as -1.
  if (credentials.uid == static_cast<uid_t>(-1)) return {};
  Peer peer{credentials.uid, supplementary_groups(descriptor)};
  peer.groups.push_back(credentials.gid);
  return peer;
}

}  // namespace seekd::daemon
