#include "daemon/listener.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string>
#include <utility>

#include <boost/asio/error.hpp>
#include <netinet/in.h>
#include <spdlog/spdlog.h>
#include <sys/socket.h>

#include "daemon/api/api_error.h"

namespace seekd::daemon {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::milliseconds pause_after_failure{100};

// Callers for whom there is no place are told so, so many at a time, each within that time; who
// comes then is cut off.
constexpr std::size_t turned_away_max = 64;
constexpr std::chrono::seconds turned_away_time{2};

// Without waiting: what does not fit into the socket's buffer of a caller we do not serve is not
// worth a place.
void refuse(Session::Socket socket, const ApiError& error) {
  const HttpResponse response = to_response(error);
  std::string reply = "HTTP/1.1 " + std::to_string(error.status) +
                      " \r\nContent-Type: application/json\r\nConnection: close\r\n";
  if (response.retry_after) {
    reply += "Retry-After: " + std::to_string(response.retry_after->count()) + "\r\n";
  }
  reply += "Content-Length: " + std::to_string(response.body.size()) + "\r\n\r\n" + response.body;
  // Bytes left unread would reset the connection before the caller sees the reply.
  std::array<char, 16 * 1024> unread{};
  [[maybe_unused]] auto done =
      recv(socket.native_handle(), unread.data(), unread.size(), MSG_DONTWAIT);
  done = send(socket.native_handle(), reply.data(), reply.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  shutdown(socket.native_handle(), SHUT_WR);
}

HttpResponse too_many_connections() {
  return to_response({503, "busy", "too many connections: try again later (daemon.connections_max)",
                      "", std::chrono::seconds(5)});
}

// Of a connection over TCP; nullopt: it has ended already.
std::optional<policy::IpAddress> remote_address(const Session::Socket& socket) {
  boost::system::error_code error;
  const auto remote = socket.remote_endpoint(error);
  if (error) return std::nullopt;
  policy::IpAddress address;
  if (remote.data()->sa_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(*remote.data());
    std::memcpy(address.bytes.data(), &v4.sin_addr, sizeof v4.sin_addr);
  } else {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(*remote.data());
    address.family = policy::IpAddress::Family::v6;
    std::memcpy(address.bytes.data(), &v6.sin6_addr, sizeof v6.sin6_addr);
  }
  return address;
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
                   Entrance entrance, Session::Handler handler)
    : executor_(std::move(executor)),
      config_(config),
      entrance_(entrance),
      handler_(std::move(handler)) {}

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

bool Listener::may_enter(const Session::Socket& socket) const {
  const auto address = remote_address(socket);
  return address && entrance_.access.identities().admits(*address);
}

void Listener::admit(Session::Socket socket, Transport transport) {
  if (ended_) return;
  if (transport == Transport::tcp && !may_enter(socket)) {
    entrance_.metrics.refused("address_denied");
    if (entrance_.access.tls()) return;  // nothing can be said before TLS is agreed upon
    return refuse(std::move(socket),
                  {403, "address_denied", "your address may not ask here (access.addresses)", "",
                   std::nullopt});
  }
  Connection connection{.transport = transport, .account = {}, .certificate_names = {}};
  if (transport == Transport::unix_socket) connection.account = peer_of(socket.native_handle());
  auto tls = transport == Transport::tcp ? entrance_.access.tls() : nullptr;
  Session::Settings settings{.connection = std::move(connection),
                             .tls = std::move(tls),
                             .body_bytes_max = config_.request_bytes_max,
                             .timeout = config_.idle_timeout,
                             .handler = handler_};
  if (sessions_.size() - turned_away_ >= config_.connections_max) {
    entrance_.metrics.refused("busy");
    if (turned_away_ >= turned_away_max) return;
    settings.turned_away = too_many_connections();
    settings.timeout = std::min(settings.timeout, turned_away_time);
  }
  begin(std::make_shared<Session>(std::move(socket), std::move(settings)));
}

void Listener::begin(const std::shared_ptr<Session>& session) {
  session->on_closed([this, raw = session.get()] { closed(raw); });
  sessions_.insert(session);
  if (session->is_turned_away()) ++turned_away_;
  session->start();
}

void Listener::closed(const Session* session) {
  if (session->is_turned_away()) --turned_away_;
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
