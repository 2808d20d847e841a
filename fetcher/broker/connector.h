// Step 8: a TCP connection to one of the judged addresses, read back from the kernel before it is
// handed on. RFC 8305 ("happy eyeballs"): the families take turns, an attempt that has not been
// answered is joined by the next after 250 ms, the first that stands wins, the others are closed.
//
// Nothing but the judged addresses is ever tried: hints of SVCB and HTTPS records are not asked
// for. There is no waiting for one family's answer (§3) either, since all addresses of a name are
// judged together. The broker never reads from a connection. One thread (the event loop's).
#pragma once

#include <chrono>
#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fetcher/broker/fetch_machine.h"
#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

// §4: the first of IPv6, the first of IPv4, the second of IPv6, …; each family in its own order.
std::vector<policy::IpAddress> interleaved(const std::vector<policy::IpAddress>& addresses);

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(std::expected<Descriptor, Refusal>)>;

  static constexpr std::chrono::milliseconds attempt_delay{250};  // §5, §8

  Connector(boost::asio::io_context& io, const Connect& what, Done done);

  // `done` is called once, never inside this call, at latest after `timeout`, and not after
  // cancel().
  void start(std::chrono::milliseconds timeout);
  void cancel();

 private:
  using Socket = boost::asio::ip::tcp::socket;

  void attempt_next();
  void on_connect(std::size_t attempt, boost::system::error_code error);
  void on_failure(const std::string& why);
  std::expected<Descriptor, Refusal> read_back(std::size_t attempt);
  void finish(std::expected<Descriptor, Refusal> result);

  boost::asio::io_context& io_;
  boost::asio::steady_timer delay_, deadline_;
  std::vector<policy::IpAddress> addresses_;
  std::uint16_t port_;
  std::vector<Socket> attempts_;  // to addresses_ of the same index
  std::size_t failed_ = 0;        // of attempts_
  std::string last_error_;
  Done done_;
};

}  // namespace seekd::fetcher
