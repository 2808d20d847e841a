#include "fetcher/door_connection.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "fetcher/passing.h"

namespace seekd::fetcher {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr int pipe_bytes = 1 << 20;  // fewer wake-ups; what the kernel refuses stays as it is
constexpr std::size_t verdict_bytes_max = 64 * 1024;  // a few URLs and a message

Error away(const std::filesystem::path& socket, const std::string& why) {
  return {ErrorCode::unavailable,
          fmt::format("no fetcher answers on '{}' ({}): start seekd-fetcher, and see that you may "
                      "reach its socket",
                      socket.native(), why)};
}

}  // namespace

Result<Pipe> make_pipe() {
  std::array<int, 2> ends{-1, -1};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) {
    return fail(ErrorCode::io, std::string("no pipe: ") + std::strerror(errno));
  }
  fcntl(ends[0], F_SETPIPE_SZ, pipe_bytes);
  return Pipe{Descriptor(ends[0]), Descriptor(ends[1])};
}

struct DoorConnection::Socket {
  explicit Socket(std::filesystem::path name) : path(std::move(name)) {}

  std::filesystem::path path;
  asio::io_context context;
  asio::local::stream_protocol::socket stream{context};
};

DoorConnection::DoorConnection(std::unique_ptr<Socket> socket) : socket_(std::move(socket)) {}
DoorConnection::DoorConnection(DoorConnection&& other) noexcept = default;
DoorConnection::~DoorConnection() = default;

Result<DoorConnection> DoorConnection::open(const std::filesystem::path& path) {
  if (path.native().size() >= sizeof(sockaddr_un::sun_path)) {
    return fail(ErrorCode::invalid_argument,
                fmt::format("fetcher.socket '{}' is too long", path.native()));
  }
  auto socket = std::make_unique<Socket>(path);
  error_code error;
  socket->stream.connect(asio::local::stream_protocol::endpoint(path.native()), error);
  if (error) return std::unexpected(away(path, error.message()));
  return DoorConnection(std::move(socket));
}

Status DoorConnection::send(std::string_view target, std::string_view body,
                            std::span<const int> descriptors) {
  http::request<http::string_body> message(http::verb::post, {target.data(), target.size()}, 11);
  message.set(http::field::host, "fetcher");
  message.set(http::field::content_type, "application/json");
  message.body() = body;
  message.prepare_payload();
  std::ostringstream stream;
  stream << message;
  const std::string text = std::move(stream).str();
  if (send_with_descriptors(socket_->stream.native_handle(), text.data(), text.size(),
                            descriptors)) {
    return {};
  }
  return std::unexpected(away(socket_->path, std::strerror(errno)));
}

Result<FetchReply> DoorConnection::read_verdict(std::chrono::milliseconds time_max) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time_max);
  const timeval limit{seconds.count(), 1000 * (time_max - seconds).count()};
  setsockopt(socket_->stream.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  boost::beast::flat_buffer buffer;
  http::response_parser<http::string_body> parser;
  parser.body_limit(verdict_bytes_max);
  error_code error;
  http::read(socket_->stream, buffer, parser, error);
  if (error) return std::unexpected(away(socket_->path, error.message()));
  const auto& response = parser.get();
  if (response.result() == http::status::ok) return parse_fetch_reply(response.body());
  return fail(ErrorCode::invalid_argument, "the fetcher refused the request: " + response.body());
}

}  // namespace seekd::fetcher
