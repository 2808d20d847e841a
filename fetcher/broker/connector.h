// Step 8: a TCP connection to one of the judged addresses, read back from the kernel before it is
// handed on.
//
// The broker never reads from it. One thread (the event loop's).
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>

#include "fetcher/broker/fetch_machine.h"
#include "fetcher/sandbox/descriptor.h"

namespace seekd::fetcher {

class Connector : public std::enable_shared_from_this<Connector> {
 public:
  using Done = std::function<void(std::expected<Descriptor, Refusal>)>;

  Connector(boost::asio::io_context& io, Connect what, Done done);

  // Tries the addresses in order, each for its share of `timeout`. `done` is called once, never
  // inside this call, and not after cancel().
  void start(std::chrono::milliseconds timeout);
  void cancel();

 private:
  void try_next();
  void on_connect(boost::system::error_code error);
  void finish(std::expected<Descriptor, Refusal> result);

  boost::asio::ip::tcp::socket socket_;
  boost::asio::steady_timer timer_;
  Connect what_;
  std::size_t next_ = 0;  // of what_.addresses
  std::chrono::steady_clock::time_point end_;
  std::string last_error_;
  Done done_;
};

}  // namespace seekd::fetcher
