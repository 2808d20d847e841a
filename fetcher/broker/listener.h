// The unix socket that seekd talks to: systemd's where it hands one over, else our own at
// fetcher.socket.
//
// Errors: busy (another process answers there), io, invalid_argument; the message names the socket
// and the remedy.
#pragma once

#include <filesystem>

#include "fetcher/sandbox/descriptor.h"
#include "policy/result.h"

namespace seekd::fetcher {

struct Listener {
  Descriptor socket;
  std::filesystem::path own_path;  // to be removed at the end; "" where systemd made it
};

// Mode 0660: seekd is a member of the fetcher's group. A socket that nobody answers on is replaced.
// REQUIRES: one thread (the umask is the process's).
Result<Listener> open_listener(const std::filesystem::path& path);

}  // namespace seekd::fetcher
