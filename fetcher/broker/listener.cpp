#include "fetcher/broker/listener.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <systemd/sd-daemon.h>

namespace seekd::fetcher {
namespace {

constexpr int backlog = 128;

std::unexpected<Error> refuse(ErrorCode code, const std::filesystem::path& path,
                              const std::string& why) {
  return fail(code, "fetcher.socket '" + path.native() + "': " + why);
}

std::optional<sockaddr_un> unix_address(const std::filesystem::path& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.empty() || path.native().size() >= sizeof address.sun_path) return std::nullopt;
  std::ranges::copy(path.native(), address.sun_path);
  return address;
}

Descriptor unix_socket() {
  return Descriptor(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

Result<std::optional<Descriptor>> systemd_socket() {
  const int count = sd_listen_fds(1);
  if (count <= 0) return std::nullopt;
  if (count > 1 || sd_is_socket(SD_LISTEN_FDS_START, AF_UNIX, SOCK_STREAM, 1) <= 0) {
    return fail(ErrorCode::invalid_argument,
                "systemd hands over something else than one listening unix stream socket: see "
                "ListenStream= of the socket unit");
  }
  return Descriptor(SD_LISTEN_FDS_START);
}

// Removes what a process that has ended left behind, and nothing else.
Status remove_stale(const std::filesystem::path& path, const sockaddr_un& address) {
  struct stat status{};
  if (lstat(path.c_str(), &status) != 0) return {};
  if (!S_ISSOCK(status.st_mode)) {
    return refuse(ErrorCode::io, path, "is there and no socket: remove it or name another path");
  }
  const Descriptor probe = unix_socket();
  if (connect(probe.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
    return refuse(ErrorCode::busy, path,
                  "a running process answers on it: stop that one, or configure another socket");
  }
  if (errno != ECONNREFUSED) return refuse(ErrorCode::io, path, std::strerror(errno));
  if (unlink(path.c_str()) != 0) return refuse(ErrorCode::io, path, std::strerror(errno));
  return {};
}

}  // namespace

Result<Listener> open_listener(const std::filesystem::path& path) {
  auto handed = systemd_socket();
  if (!handed) return std::unexpected(handed.error());
  if (*handed) return Listener{**std::move(handed), ""};

  const auto address = unix_address(path);
  if (!address)
    return refuse(ErrorCode::invalid_argument, path, "is empty or longer than 107 bytes");
  if (auto removed = remove_stale(path, *address); !removed) {
    return std::unexpected(removed.error());
  }
  Descriptor socket = unix_socket();
  const mode_t before = umask(0117);  // 0660 from the first moment
  const int bound =
      bind(socket.get(), reinterpret_cast<const sockaddr*>(&*address), sizeof *address);
  umask(before);
  if (bound != 0 || listen(socket.get(), backlog) != 0) {
    return refuse(ErrorCode::io, path,
                  std::string(std::strerror(errno)) + ": its folder has to be there and writable");
  }
  return Listener{std::move(socket), path};
}

}  // namespace seekd::fetcher
