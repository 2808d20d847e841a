#include "fetcher/upstream_caller.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <string>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fetcher/door_connection.h"

namespace seekd::fetcher {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t piece_bytes = 64 * 1024;
constexpr milliseconds verdict_time_max{10'000};  // behind the pipe's end

std::unexpected<Error> failed(const char* what) {
  return fail(ErrorCode::io, std::string(what) + ": " + std::strerror(errno));
}

// What is sent cannot change once the broker has seen how long it is.
Result<Descriptor> sealed_memory(std::string_view bytes) {
  Descriptor memory(memfd_create("upstream-body", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (memory.get() < 0) return failed("no memory for what is sent");
  while (!bytes.empty()) {
    const ssize_t put = write(memory.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put <= 0) return failed("no memory for what is sent");
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  const bool ready = lseek(memory.get(), 0, SEEK_SET) == 0 &&
                     fcntl(memory.get(), F_ADD_SEALS,
                           F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE | F_SEAL_SEAL) == 0;
  if (!ready) return failed("what is sent cannot be sealed");
  return memory;
}

// Whole lines out of what comes in pieces.
class Lines {
 public:
  explicit Lines(const UpstreamCaller::Take& take) : take_(take) {}

  Status add(std::string_view bytes) {
    rest_ += bytes;
    std::size_t begin = 0;
    for (std::size_t end = 0; (end = rest_.find('\n', begin)) != std::string::npos;) {
      auto event = parse_upstream_event(std::string_view(rest_).substr(begin, end - begin));
      if (!event) return std::unexpected(std::move(event.error()));
      if (Status taken = take_(*std::move(event)); !taken) return taken;
      begin = end + 1;
    }
    rest_.erase(0, begin);
    if (rest_.size() <= upstream_line_bytes_max) return {};
    return fail(ErrorCode::too_large, "upstream event: the line is too long");
  }

 private:
  const UpstreamCaller::Take& take_;
  std::string rest_;
};

// Until the last writing end is closed: the worker's, and the broker's behind it.
Status take_all(const Descriptor& pipe, const Descriptor& stopped, Clock::time_point until,
                const UpstreamCaller::Take& take) {
  std::string piece(piece_bytes, '\0');
  Lines lines(take);
  while (true) {
    const auto left = std::chrono::ceil<milliseconds>(until - Clock::now());
    if (left.count() <= 0) return fail(ErrorCode::timeout, "the answer did not come in time");
    std::array ready{pollfd{pipe.get(), POLLIN, 0}, pollfd{stopped.get(), POLLIN, 0}};
    const int events = poll(ready.data(), ready.size(), static_cast<int>(left.count()));
    if (events < 0 && errno != EINTR) return failed("the pipe");
    if (events <= 0) continue;
    if (ready[1].revents != 0) return fail(ErrorCode::cancelled, "the question was taken back");
    const ssize_t got = read(pipe.get(), piece.data(), piece.size());
    if (got == 0) return {};
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return failed("the pipe");
    const Status taken =
        lines.add(std::string_view(piece).substr(0, static_cast<std::size_t>(got)));
    if (!taken) return taken;
  }
}

}  // namespace

Result<FetchReply> UpstreamCaller::call(UpstreamRequest request, std::string_view body,
                                        const Take& take, const std::stop_token& stop,
                                        milliseconds time_max) const {
  if (body.size() > upstream_body_bytes_max) {
    return fail(ErrorCode::too_large,
                fmt::format("what is to be sent has more than {} bytes", upstream_body_bytes_max));
  }
  request.body_bytes = body.size();
  const auto until = Clock::now() + time_max;
  auto connection = DoorConnection::open(socket_);
  if (!connection) return std::unexpected(std::move(connection.error()));
  auto pipe = make_pipe();
  if (!pipe) return std::unexpected(std::move(pipe.error()));
  Result<Descriptor> memory = body.empty() ? Descriptor() : sealed_memory(body);
  if (!memory) return std::unexpected(std::move(memory.error()));
  const Descriptor stopped(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (stopped.get() < 0) return failed("no eventfd");
  const std::stop_callback wake(stop, [&] { static_cast<void>(eventfd_write(stopped.get(), 1)); });
  const Status sent = connection->send("/upstream", to_json(request),
                                       std::array{pipe->writing.get(), memory->get()});
  if (!sent) return std::unexpected(sent.error());
  pipe->writing.reset();
  if (const Status taken = take_all(pipe->reading, stopped, until, take); !taken) {
    return std::unexpected(taken.error());
  }
  return connection->read_verdict(verdict_time_max);
}

}  // namespace seekd::fetcher
