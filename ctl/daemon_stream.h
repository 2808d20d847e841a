// DaemonStream: the bytes of one connection to seekd: through its unix socket, over TCP, or over
// TLS.
//
// Blocking; one thread. A stream of Asio's kind (SyncReadStream, SyncWriteStream).
#pragma once

#include <optional>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/system/system_error.hpp>

#include "ctl/daemon_address.h"
#include "policy/result.h"

namespace seekd::ctl {

class DaemonStream {
 public:
  DaemonStream() = default;
  DaemonStream(const DaemonStream&) = delete;

  // REQUIRES: not connected yet. Errors: invalid_argument (a file of TLS, a certificate that is not
  // accepted, a socket's path that is too long), unavailable (nobody there), each with what to do.
  Status connect(const DaemonAddress& where);

  template <class Buffers>
  std::size_t read_some(const Buffers& buffers, boost::system::error_code& error) {
    return tls_ ? tls_->read_some(buffers, error) : socket_.read_some(buffers, error);
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers, boost::system::error_code& error) {
    return tls_ ? tls_->write_some(buffers, error) : socket_.write_some(buffers, error);
  }

  // Asio's concept of a stream has these two; nothing here calls them.
  template <class Buffers>
  std::size_t read_some(const Buffers& buffers) {
    return checked([&](auto& error) { return read_some(buffers, error); });
  }

  template <class Buffers>
  std::size_t write_some(const Buffers& buffers) {
    return checked([&](auto& error) { return write_some(buffers, error); });
  }

 private:
  template <class Call>
  static std::size_t checked(const Call& call) {
    boost::system::error_code error;
    const std::size_t size = call(error);
    if (error) throw boost::system::system_error(error);
    return size;
  }

  using Socket = boost::asio::generic::stream_protocol::socket;

  Status connect_socket(const DaemonAddress& where);
  Status connect_tcp(const DaemonAddress& where);
  Status begin_tls(const DaemonAddress& where);

  boost::asio::io_context context_;
  Socket socket_{context_};
  std::optional<boost::asio::ssl::context> tls_context_;
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace seekd::ctl
