// DoorConnection: one request to the fetcher with descriptors beside its first byte, and the
// verdict on it, for a thread that waits.
//
// Blocking; one thread. Errors: unavailable (no fetcher behind the socket, or it broke off; names
// the socket and the remedy), invalid_argument (the socket's name, or the fetcher refused the
// request itself), io.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "fetcher/sandbox/descriptor.h"
#include "fetcher/wire.h"

namespace seekd::fetcher {

struct Pipe {
  Descriptor reading;
  Descriptor writing;
};
// Large, where the kernel allows it. Errors: io.
Result<Pipe> make_pipe();

class DoorConnection {
 public:
  static Result<DoorConnection> open(const std::filesystem::path& socket);
  DoorConnection(DoorConnection&& other) noexcept;
  ~DoorConnection();

  // `target` is "/download", "/upstream"; `body` its JSON.
  Status send(std::string_view target, std::string_view body, std::span<const int> descriptors);

  // Waits for it, where `time_max` is above 0 no longer than that.
  Result<FetchReply> read_verdict(std::chrono::milliseconds time_max);

 private:
  struct Socket;
  explicit DoorConnection(std::unique_ptr<Socket> socket);

  std::unique_ptr<Socket> socket_;
};

}  // namespace seekd::fetcher
