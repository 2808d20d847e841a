// A descriptor that travels with a message over a unix socket (unix(7), SCM_RIGHTS).
//
// One thread.
#pragma once

#include <array>

#include <sys/socket.h>
#include <sys/uio.h>

#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

// Sends `bytes` whole, with `descriptor` where it is not -1; never waits. False: not sent.
bool send_with_descriptor(int socket, const void* bytes, std::size_t size, int descriptor);

// Receives what there is, up to `size` bytes; waits for it. `descriptor` is set where one came.
// recvmsg's result.
ssize_t receive_with_descriptor(int socket, void* bytes, std::size_t size, Descriptor& descriptor);

}  // namespace seekd::fetcher
