// Descriptors that travel with a message over a unix socket (unix(7), SCM_RIGHTS).
//
// One thread.
#pragma once

#include <array>
#include <span>

#include <sys/socket.h>
#include <sys/uio.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

inline constexpr std::size_t passed_max = 3;  // with one message

// Sends `bytes` whole, with `descriptors` but for those that are -1; never waits. False: not sent.
// REQUIRES: at most passed_max descriptors.
bool send_with_descriptors(int socket, const void* bytes, std::size_t size,
                           std::span<const int> descriptors);

struct Passed {
  std::array<Descriptor, passed_max> descriptors;  // those that came, in their order, first
};

// Receives what there is, up to `size` bytes; waits for it. `passed` is set where descriptors came;
// what there is no room for is closed by the kernel. recvmsg's result.
ssize_t receive_with_descriptors(int socket, void* bytes, std::size_t size, Passed& passed);

}  // namespace seekd::fetcher
