#include "fetcher/broker/connector.h"

#include <algorithm>

#include <fmt/format.h>

#include "fetcher/broker/socket_address.h"

namespace seekd::fetcher {

using boost::system::error_code;
using policy::EgressReason;
using policy::IpAddress;

Connector::Connector(boost::asio::io_context& io, Connect what, Done done)
    : socket_(io), timer_(io), what_(std::move(what)), done_(std::move(done)) {
  // IPv4 first: there is no racing of the two yet, and a host whose IPv6 leads nowhere is the
  // commoner one.
  std::ranges::stable_partition(what_.addresses, [](const IpAddress& address) {
    return address.family == IpAddress::Family::v4;
  });
}

void Connector::start(std::chrono::milliseconds timeout) {
  end_ = std::chrono::steady_clock::now() + timeout;
  try_next();
}

void Connector::cancel() {
  done_ = nullptr;
  timer_.cancel();
  error_code ignored;
  socket_.close(ignored);
}

void Connector::try_next() {
  if (next_ == what_.addresses.size()) {
    return finish(std::unexpected(
        Refusal{EgressReason::connect_failed,
                fmt::format("no address of the host takes a connection on port {} ({})", what_.port,
                            last_error_)}));
  }
  const auto left = static_cast<long>(what_.addresses.size() - next_);
  timer_.expires_after((end_ - std::chrono::steady_clock::now()) / left);
  timer_.async_wait([self = shared_from_this(), attempt = next_](error_code error) {
    error_code ignored;
    if (!error && self->next_ == attempt) self->socket_.close(ignored);
  });
  socket_.async_connect(endpoint_of(what_.addresses[next_], what_.port),
                        [self = shared_from_this()](error_code error) { self->on_connect(error); });
}

void Connector::on_connect(error_code error) {
  if (!done_) return;
  timer_.cancel();
  error_code unread;
  const auto peer = error ? boost::asio::ip::tcp::endpoint() : socket_.remote_endpoint(unread);
  if (error || unread) {
    last_error_ = error == boost::asio::error::operation_aborted
                      ? "no answer in time"
                      : (error ? error : unread).message();
    ++next_;
    socket_.close(unread);
    return try_next();
  }
  const IpAddress connected = address_of(peer.address());
  if (connected != what_.addresses[next_] || peer.port() != what_.port) {
    return finish(std::unexpected(
        Refusal{EgressReason::peer_mismatch,
                fmt::format("connected to {} port {} in place of {}", to_string(connected),
                            peer.port(), to_string(what_.addresses[next_]))}));
  }
  finish(Descriptor(socket_.release()));
}

void Connector::finish(std::expected<Descriptor, Refusal> result) {
  timer_.cancel();
  std::exchange(done_, nullptr)(std::move(result));
}

}  // namespace seekd::fetcher
