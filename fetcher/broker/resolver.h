// Step 7: names to addresses, by c-ares on the event loop: no thread, and no call that waits.
//
// With configured servers DNS alone is asked; with the system's, /etc/hosts first. No search domain
// is ever appended. "localhost" and names below it are 127.0.0.1 without asking (RFC 6761 §6.3).
// One thread (the event loop's); outlives its queries.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>

#include "fetcher/broker/fetch_machine.h"

namespace seekd::fetcher {

class Resolver {
 public:
  // Reads the system's configuration, so before the sandbox. Errors: invalid_argument (a
  // dns_servers entry, named), io.
  static Result<std::unique_ptr<Resolver>> create(boost::asio::io_context& io,
                                                  const std::vector<std::string>& servers,
                                                  std::chrono::milliseconds timeout);
  virtual ~Resolver() = default;

  // IPv4 and IPv6. `done` is called once, within the timeout, never inside this call:
  // resolve_failed, resolve_timeout.
  virtual void resolve(const std::string& host, std::function<void(Addresses)> done) = 0;

  // Ports of the servers in use: the sandbox lets DNS over TCP through to them.
  virtual std::vector<std::uint16_t> server_ports() const = 0;
};

}  // namespace seekd::fetcher
