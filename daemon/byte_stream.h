// ByteStream: the bytes of one connection, as they are or through TLS.
//
// Called on the I/O thread. As Asio's streams are: one read and one write may be under way, and
// what is under way ends with an error where the stream is closed. TLS 1.2 and 1.3 (tls_context.h).

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "daemon/client_certificate.h"

namespace seekd::daemon {

class ByteStream {
 public:
  using Socket = boost::asio::generic::stream_protocol::socket;
  using executor_type = Socket::executor_type;

  // `tls` nullptr: the bytes are as they are.
  ByteStream(Socket socket, std::shared_ptr<boost::asio::ssl::context> tls)
      : socket_(std::move(socket)), context_(std::move(tls)) {
    if (context_) tls_.emplace(socket_, *context_);
  }
  ByteStream(const ByteStream&) = delete;

  bool is_tls() const { return tls_.has_value(); }
  Socket& socket() { return socket_; }
  executor_type get_executor() { return socket_.get_executor(); }

  // Before anything is read. REQUIRES: is_tls().
  template <class Handler>
  void async_handshake(Handler&& handler) {
    tls_->async_handshake(boost::asio::ssl::stream_base::server, std::forward<Handler>(handler));
  }

  // Names of the certificate that the client has shown and that was verified.
  std::vector<std::string> client_names() {
    return tls_ ? names_of_client(tls_->native_handle()) : std::vector<std::string>();
  }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    tls_ ? tls_->async_read_some(buffers, std::forward<Handler>(handler))
         : socket_.async_read_some(buffers, std::forward<Handler>(handler));
  }

  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    tls_ ? tls_->async_write_some(buffers, std::forward<Handler>(handler))
         : socket_.async_write_some(buffers, std::forward<Handler>(handler));
  }

  // Says that nothing more will be sent, and waits until the client says so too. REQUIRES:
  // is_tls(), and nothing is read.
  template <class Handler>
  void async_shutdown(Handler&& handler) {
    tls_->async_shutdown(std::forward<Handler>(handler));
  }

  // From here on the bytes are as they are. REQUIRES: nothing is under way.
  void end_tls() { tls_.reset(); }

 private:
  Socket socket_;
  std::shared_ptr<boost::asio::ssl::context> context_;  // a reload makes another
  std::optional<boost::asio::ssl::stream<Socket&>> tls_;
};

}  // namespace seekd::daemon
