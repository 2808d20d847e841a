// A way through a forward proxy: CONNECT, asked by a worker of its own (RFC 9110 §9.3.6).
//
// It may know what the proxy wants to be told (RFC 7617), and ends before the first byte of the
// server behind: a page never meets the credentials. It reads no byte after the proxy's answer.
#pragma once

#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"

namespace seekd::fetcher {

inline constexpr std::size_t tunnel_head_bytes_max = 16 * 1024;  // of the proxy's answer

// A reply of kind tunnel where `connection`, which stands, leads to job.url's host and port now;
// else failed: proxy_unauthorized (407), address_denied (another 4xx: the address check belongs to
// the proxy), connect_failed, timeout.
WorkerReply open_tunnel(const WorkerJob& job, const Descriptor& connection);

}  // namespace seekd::fetcher
