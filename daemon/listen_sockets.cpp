#include "daemon/listen_sockets.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

#include "policy/address.h"

namespace seekd::daemon {
namespace {

constexpr int backlog = 128;
constexpr mode_t socket_mode = 0660;  // owner and group: who may ask is a matter of membership

std::string reason(int error) {
  return std::strerror(error);
}

Result<sockaddr_un> socket_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string& text = path.native();
  if (text.empty() || text.size() >= sizeof address.sun_path) {
    return fail(ErrorCode::invalid_argument,
                "daemon.socket is '" + text + "': a socket's path has 1 to " +
                    std::to_string(sizeof address.sun_path - 1) + " bytes");
  }
  std::memcpy(address.sun_path, text.data(), text.size());
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

// Takes a file away that no daemon listens behind any more; anything else in its place is an error.
Status clear_the_way(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return fail(ErrorCode::io, "'" + path.native() +
                                   "' is in the way and no socket: move it, or set daemon.socket");
  }
  const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (probe < 0) return fail(ErrorCode::io, "no unix socket can be made: " + reason(errno));
  const bool answered = connect(probe, generic(address), sizeof address) == 0 || errno == EAGAIN;
  const int error = errno;
  close(probe);
  if (answered) {
    return fail(ErrorCode::busy, "another daemon listens on '" + path.native() +
                                     "': stop it, or set daemon.socket to another path");
  }
  if (error != ECONNREFUSED || unlink(path.c_str()) != 0) {
    return fail(ErrorCode::io, "the old socket '" + path.native() + "' cannot be replaced: " +
                                   reason(error != ECONNREFUSED ? error : errno));
  }
  return {};
}

Result<ListenSocket> open_unix_socket(const std::filesystem::path& path) {
  const auto address = socket_address(path);
  if (!address) return std::unexpected(address.error());
  if (auto clear = clear_the_way(path, *address); !clear) return std::unexpected(clear.error());
  const int made = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return fail(ErrorCode::io, "no unix socket can be made: " + reason(errno));
  if (bind(made, generic(*address), sizeof *address) != 0) {
    const int error = errno;
    close(made);
    return fail(ErrorCode::io,
                "cannot listen on '" + path.native() + "' (daemon.socket): " + reason(error));
  }
  ListenSocket socket(made, Transport::unix_socket, path);
  // The mode stands before the first connection can.
  if (chmod(path.c_str(), socket_mode) != 0 || listen(made, backlog) != 0) {
    return fail(ErrorCode::io,
                "cannot listen on '" + path.native() + "' (daemon.socket): " + reason(errno));
  }
  return socket;
}

struct Endpoint {
  sockaddr_storage storage{};
  socklen_t size = 0;
};

// "127.0.0.1:8017" or "[::1]:8017".
Result<Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [&] {
    return fail(ErrorCode::invalid_argument, "daemon.http_listen is '" + std::string(text) +
                                                 "': write ADDRESS:PORT, such as 127.0.0.1:8017");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view host = text.substr(0, colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto address = policy::parse_address(host);
  const std::string_view digits = text.substr(colon + 1);
  std::uint16_t port = 0;
  const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (!address || read.ec != std::errc() || read.ptr != digits.data() + digits.size())
    return wrong();
  Endpoint endpoint;
  if (address->family == policy::IpAddress::Family::v4) {
    sockaddr_in v4{};
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    std::memcpy(&v4.sin_addr, address->bytes.data(), sizeof v4.sin_addr);
    std::memcpy(&endpoint.storage, &v4, endpoint.size = sizeof v4);
  } else {
    sockaddr_in6 v6{};
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    std::memcpy(&v6.sin6_addr, address->bytes.data(), sizeof v6.sin6_addr);
    std::memcpy(&endpoint.storage, &v6, endpoint.size = sizeof v6);
  }
  return endpoint;
}

Result<ListenSocket> open_tcp_socket(const std::string& where) {
  const auto endpoint = parse_endpoint(where);
  if (!endpoint) return std::unexpected(endpoint.error());
  const int made = socket(endpoint->storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (made < 0) return fail(ErrorCode::io, "no TCP socket can be made: " + reason(errno));
  ListenSocket socket(made, Transport::tcp, {});
  const int yes = 1;
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint->storage);
  if (bind(made, address, endpoint->size) == 0 && listen(made, backlog) == 0) return socket;
  if (errno == EADDRINUSE) {
    return fail(ErrorCode::busy, "another program listens on " + where +
                                     ": stop it, or set daemon.http_listen to another port");
  }
  return fail(ErrorCode::io,
              "cannot listen on " + where + " (daemon.http_listen): " + reason(errno));
}

bool is_loopback(const sockaddr_storage& address) {
  if (address.ss_family == AF_INET) {
    const auto& v4 = reinterpret_cast<const sockaddr_in&>(address);
    return ntohl(v4.sin_addr.s_addr) >> 24 == IN_LOOPBACKNET;
  }
  const auto& v6 = reinterpret_cast<const sockaddr_in6&>(address);
  return address.ss_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

Endpoint bound_to(int descriptor) {
  Endpoint endpoint;
  endpoint.size = sizeof endpoint.storage;
  getsockname(descriptor, reinterpret_cast<sockaddr*>(&endpoint.storage), &endpoint.size);
  return endpoint;
}

std::string place_text(const Endpoint& endpoint) {
  if (endpoint.storage.ss_family == AF_UNIX) {
    const auto& local = reinterpret_cast<const sockaddr_un&>(endpoint.storage);
    const std::size_t bytes = endpoint.size - offsetof(sockaddr_un, sun_path);
    return {local.sun_path, strnlen(local.sun_path, bytes)};
  }
  std::array<char, NI_MAXHOST> host{};
  std::array<char, NI_MAXSERV> port{};
  const auto* address = reinterpret_cast<const sockaddr*>(&endpoint.storage);
  if (getnameinfo(address, endpoint.size, host.data(), host.size(), port.data(), port.size(),
                  NI_NUMERICHOST | NI_NUMERICSERV) != 0) {
    return "a socket without an address";
  }
  const bool v6 = endpoint.storage.ss_family == AF_INET6;
  return (v6 ? "[" : "") + std::string(host.data()) + (v6 ? "]:" : ":") + port.data();
}

// LISTEN_FDS of systemd's socket activation; empty when started otherwise.
Result<std::vector<ListenSocket>> inherited_sockets() {
  std::vector<ListenSocket> sockets;
  const int count = sd_listen_fds(1);
  for (int descriptor = SD_LISTEN_FDS_START; descriptor < SD_LISTEN_FDS_START + count;
       ++descriptor) {
    if (sd_is_socket(descriptor, AF_UNIX, SOCK_STREAM, 1) > 0) {
      sockets.emplace_back(descriptor, Transport::unix_socket, "");
    } else if (sd_is_socket(descriptor, AF_UNSPEC, SOCK_STREAM, 1) > 0) {
      sockets.emplace_back(descriptor, Transport::tcp, "");
    } else {
      return fail(ErrorCode::invalid_argument,
                  "systemd handed over descriptor " + std::to_string(descriptor) +
                      ", which is no listening stream socket: see seekd.socket");
    }
  }
  return sockets;
}

}  // namespace

ListenSocket::ListenSocket(ListenSocket&& other) noexcept
    : descriptor_(std::exchange(other.descriptor_, -1)),
      transport_(other.transport_),
      file_(std::exchange(other.file_, {})) {}

ListenSocket::~ListenSocket() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!file_.empty()) unlink(file_.c_str());
}

std::string ListenSocket::place() const {
  return place_text(bound_to(descriptor_));
}

bool ListenSocket::is_local() const {
  return transport_ == Transport::unix_socket || is_loopback(bound_to(descriptor_).storage);
}

int ListenSocket::release() {
  return std::exchange(descriptor_, -1);
}

Result<std::vector<ListenSocket>> open_listen_sockets(const config::DaemonConfig& config) {
  auto sockets = inherited_sockets();
  if (!sockets || !sockets->empty()) return sockets;
  auto local = open_unix_socket(config.socket);
  if (!local) return std::unexpected(std::move(local.error()));
  sockets->push_back(std::move(*local));
  if (config.http_listen.empty()) return sockets;
  auto tcp = open_tcp_socket(config.http_listen);
  if (!tcp) return std::unexpected(std::move(tcp.error()));
  sockets->push_back(std::move(*tcp));
  return sockets;
}

}  // namespace seekd::daemon
