// What GET /status tells: how many requests ended how. One thread.
#pragma once

#include <array>
#include <cstdint>

#include "fetcher/wire.h"

namespace seekd::fetcher {

struct Counters {
  std::uint64_t requests = 0;
  std::uint64_t cancelled = 0;    // the client went before the reply
  std::uint64_t wire_bytes = 0;   // robots.txt apart
  std::uint64_t connections = 0;  // begun, to servers and to proxies: one may be of several sockets
  std::array<std::uint64_t, static_cast<std::size_t>(policy::EgressReason::internal) + 1>
      verdicts{};  // by reason code

  void add(const FetchReply& reply) {
    wire_bytes += reply.wire_bytes;
    ++verdicts[static_cast<std::size_t>(reply.reason)];
  }
};

}  // namespace seekd::fetcher
