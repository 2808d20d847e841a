#include "fetcher/downloader.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include "fetcher/door_connection.h"

namespace seekd::fetcher {
namespace {

constexpr std::size_t piece_bytes = 256 * 1024;

// Until the last writing end is closed: the worker's, and the broker's behind it.
Status take_all(const Descriptor& pipe, std::chrono::milliseconds silence_max,
                const Downloader::Take& take) {
  std::vector<char> piece(piece_bytes);
  while (true) {
    pollfd ready{pipe.get(), POLLIN, 0};
    const int events = poll(&ready, 1, static_cast<int>(silence_max.count()));
    if (events == 0) {
      return fail(ErrorCode::timeout, fmt::format("nothing came for {} ms", silence_max.count()));
    }
    const ssize_t got = events < 0 ? -1 : read(pipe.get(), piece.data(), piece.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::io, std::string("the pipe: ") + std::strerror(errno));
    const Status taken = take(std::span(piece).first(static_cast<std::size_t>(got)));
    if (!taken) return taken;
  }
}

}  // namespace

Downloader::Downloader(std::filesystem::path socket, std::chrono::milliseconds silence_max)
    : socket_(std::move(socket)), silence_max_(silence_max) {}

Result<FetchReply> Downloader::download(const DownloadRequest& request, const Take& take) const {
  auto connection = DoorConnection::open(socket_);
  if (!connection) return std::unexpected(std::move(connection.error()));
  Result<Pipe> pipe = make_pipe();
  if (!pipe) return std::unexpected(std::move(pipe.error()));
  const Status sent =
      connection->send("/download", to_json(request), std::array{pipe->writing.get()});
  if (!sent) return std::unexpected(sent.error());
  pipe->writing.reset();
  const Status taken = take_all(pipe->reading, silence_max_, take);
  if (!taken) return std::unexpected(taken.error());
  return connection->read_verdict(std::chrono::milliseconds(0));
}

}  // namespace seekd::fetcher
