#include "daemon/listener.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "daemon/api/api_error.h"

namespace seekd::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds pause_after_failure{100};

// Without waiting: what does not fit into the socket's buffer of a caller we do not serve is not
// worth a place.
void refuse(Session::Socket socket) {
  const std::string body =
      to_response({503, "busy", "too many connections: try again later (daemon.connections_max)",
                   "", std::nullopt})
          .body;
  const std::string reply =
      "HTTP/1.1 503 Service Unavailable\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
      "Connection: close\r\nContent-Length: " +
      std::to_string(body.size()) + "\r\n\r\n" + body;
  // Bytes left unread would reset the connection before the caller sees the reply.
  std::array<char, 16 * 1024> unread{};
  [[maybe_unused]] auto done =
      recv(socket.native_handle(), unread.data(), unread.size(), MSG_DONTWAIT);
  done = send(socket.native_handle(), reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(socket.native_handle(), SHUT_WR);
}

}  // namespace

struct Listener::Door {
  explicit Door(const asio::any_io_executor& executor, ListenSocket taken)
      : socket(std::move(taken)), acceptor(executor), pause(executor) {}

  ListenSocket socket;  // the file of a unix socket goes with it
  asio::basic_socket_acceptor<asio::generic::stream_protocol> acceptor;
  asio::steady_timer pause;
};

Listener::Listener(asio::any_io_executor executor, const config::DaemonConfig& config,
                   Session::Handler handler)
    : executor_(std::move(executor)), config_(config), handler_(std::move(handler)) {}

Listener::~Listener() = default;

Status Listener::start(std::vector<ListenSocket> sockets) {
  for (ListenSocket& socket : sockets) {
    auto door = std::make_unique<Door>(executor_, std::move(socket));
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    getsockname(door->socket.descriptor(), reinterpret_cast<sockaddr*>(&address), &size);
    boost::system::error_code error;

    door->acceptor.assign({address.ss_family, 0}, door->socket.descriptor(), error);
    if (error) return fail(ErrorCode::io, "a listening socket cannot be used: " + error.message());
    door->socket.release();
    accept(*door);
    doors_.push_back(std::move(door));
  }
  return {};
}

void Listener::accept(Door& door) {
  door.acceptor.async_accept([this, &door](const auto& error, Session::Socket socket) {
    if (error == asio::error::operation_aborted) return;
    if (!error) {
      admit(std::move(socket), door.socket.transport());
      return accept(door);
    }
    // Out of descriptors, most likely: those of ended sessions come back.
    spdlog::warn("a connection could not be accepted: {}", error.message());
    door.pause.expires_after(pause_after_failure);
    door.pause.async_wait([this, &door](const auto& stopped) {
      if (!stopped) accept(door);
    });
  });
}

void Listener::admit(Session::Socket socket, Transport transport) {
  if (ended_) return;
  if (sessions_.size() >= config_.connections_max) return refuse(std::move(socket));
  Peer peer = transport == Transport::unix_socket ? peer_of(socket.native_handle()) : Peer{};
  auto session = std::make_shared<Session>(
      std::move(socket), Session::Settings{.transport = transport,
                                           .peer = std::move(peer),
                                           .body_bytes_max = config_.request_bytes_max,
                                           .timeout = config_.idle_timeout,
                                           .handler = handler_});
  session->on_closed([this, raw = session.get()] { closed(raw); });
  sessions_.insert(session);
  session->start();
}

void Listener::closed(const Session* session) {
  std::erase_if(sessions_, [&](const auto& held) { return held.get() == session; });
  if (sessions_.empty() && ended_) std::exchange(ended_, [] {})();
}

void Listener::stop(std::function<void()> ended) {
  for (const auto& door : doors_) {
    boost::system::error_code ignored;
    door->acceptor.close(ignored);
    door->pause.cancel();
  }
  ended_ = std::move(ended);
  const auto sessions = sessions_;
  for (const auto& session : sessions) session->stop();
  if (sessions.empty()) std::exchange(ended_, [] {})();
}

void Listener::close_sessions() {
  const auto sessions = sessions_;
  for (const auto& session : sessions) session->close();
}

}  // namespace seekd::daemon
