#include "ctl/daemon_stream.h"

#include <string>
#include <utility>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "ctl/client_tls.h"

namespace seekd::ctl {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using boost::system::error_code;

constexpr std::size_t socket_path_bytes_max = 107;  // sun_path
// The kernel asks again after 1, 2, 4 and 8 s: a host that does not answer is given up after 15 s.
constexpr int connect_attempts_again = 3;
// An answer may take minutes; a host that has gone meanwhile is noticed within two.
constexpr int silence_seconds = 60;
constexpr int probe_seconds = 15;
constexpr int probes_max = 4;

Error no_socket(const DaemonAddress& where, const error_code& error) {
  if (error == asio::error::access_denied) {
    return {ErrorCode::unavailable,
            "seekd's socket '" + where.socket.native() +
                "' may not be used by this account: join its group, or ask its owner"};
  }
  return {ErrorCode::unavailable, "no seekd behind " + where.text() + " (" + error.message() +
                                      "): start it (systemctl start seekd), or name its socket "
                                      "with --socket"};
}

Error no_server(const DaemonAddress& where, const error_code& error) {
  return {ErrorCode::unavailable,
          "no seekd at " + where.text() + " (" + error.message() +
              "): see that seekd listens there (daemon.http_listen) and that --server is right"};
}

void watch_over(int socket) {
  const auto set = [socket](int level, int option, int value) {
    ::setsockopt(socket, level, option, &value, sizeof value);
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, silence_seconds);
  set(IPPROTO_TCP, TCP_KEEPINTVL, probe_seconds);
  set(IPPROTO_TCP, TCP_KEEPCNT, probes_max);
  set(IPPROTO_TCP, TCP_SYNCNT, connect_attempts_again);
  set(IPPROTO_TCP, TCP_NODELAY, 1);
}

}  // namespace

Status DaemonStream::connect(const DaemonAddress& where) {
  if (!where.url) return connect_socket(where);
  if (Status connected = connect_tcp(where); !connected) return connected;
  return where.is_tls() ? begin_tls(where) : Status();
}

Status DaemonStream::connect_socket(const DaemonAddress& where) {
  if (where.socket.native().size() > socket_path_bytes_max) {
    return fail(ErrorCode::invalid_argument,
                "the socket's path '" + where.socket.native() + "' is longer than 107 bytes");
  }
  error_code error;
  socket_.connect(asio::local::stream_protocol::endpoint(where.socket.native()), error);
  if (error) return std::unexpected(no_socket(where, error));
  return {};
}

Status DaemonStream::connect_tcp(const DaemonAddress& where) {
  std::string host = where.url->host;
  if (host.starts_with('[')) host = host.substr(1, host.size() - 2);
  error_code error;
  tcp::resolver resolver(context_);
  const auto found = resolver.resolve(host, std::to_string(where.url->port), error);
  if (error) return std::unexpected(no_server(where, error));
  for (const auto& entry : found) {
    socket_.close(error);
    if (socket_.open(entry.endpoint().protocol(), error)) continue;
    watch_over(socket_.native_handle());
    if (!socket_.connect(entry.endpoint(), error)) return {};
  }
  return std::unexpected(no_server(where, error));
}

Status DaemonStream::begin_tls(const DaemonAddress& where) {
  Result<asio::ssl::context> context = client_tls(where.tls);
  if (!context) return std::unexpected(std::move(context.error()));
  tls_context_.emplace(*std::move(context));
  tls_.emplace(socket_, *tls_context_);
  expect_host(tls_->native_handle(), *where.url);
  error_code error;
  if (tls_->handshake(asio::ssl::stream_base::client, error)) {
    return std::unexpected(handshake_error(where, tls_->native_handle(), error));
  }
  return {};
}

}  // namespace seekd::ctl
