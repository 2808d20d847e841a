// The sockets that seekd is asked on: systemd's, or its own.
//
// Called once at start, before the sandbox: afterwards no INET socket can be made. Errors say what
// is in the way and what to do: a port in use, a live daemon behind the socket, a file in its
// place.

#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "config/config.h"
#include "daemon/access/connection.h"
#include "policy/result.h"

namespace seekd::daemon {

// Owns a descriptor, and the file of a socket that this process made.
class ListenSocket {
 public:
  ListenSocket(int descriptor, Transport transport, std::filesystem::path file)
      : descriptor_(descriptor), transport_(transport), file_(std::move(file)) {}
  ListenSocket(ListenSocket&& other) noexcept;
  ListenSocket& operator=(ListenSocket&&) = delete;
  ~ListenSocket();

  Transport transport() const { return transport_; }
  // Where it listens, for people: the path, or "127.0.0.1:8017".
  std::string place() const;
  int descriptor() const { return descriptor_; }
  // Nobody from another host can reach it.
  bool is_local() const;

  // The caller closes the descriptor; the file still goes with this object.
  int release();

 private:
  int descriptor_;  // -1: released
  Transport transport_;
  std::filesystem::path file_;  // "": not ours
};

// Listening, close-on-exec. A socket file that nobody listens behind is replaced; ours has mode
// 0660. What systemd hands over is taken instead.
Result<std::vector<ListenSocket>> open_listen_sockets(const config::DaemonConfig& config);

}  // namespace seekd::daemon
