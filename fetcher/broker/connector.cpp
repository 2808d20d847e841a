#include "fetcher/broker/connector.h"

#include <algorithm>

#include <fmt/format.h>

#include "fetcher/broker/socket_address.h"

namespace seekd::fetcher {

using boost::system::error_code;
using policy::EgressReason;
using policy::IpAddress;

std::vector<IpAddress> interleaved(const std::vector<IpAddress>& addresses) {
  std::vector<IpAddress> v6, v4, order;
  for (const IpAddress& address : addresses) {
    (address.family == IpAddress::Family::v6 ? v6 : v4).push_back(address);
  }
  for (std::size_t i = 0; i < std::max(v6.size(), v4.size()); ++i) {
    if (i < v6.size()) order.push_back(v6[i]);
    if (i < v4.size()) order.push_back(v4[i]);
  }
  return order;
}

Connector::Connector(boost::asio::io_context& io, const Connect& what, Done done)
    : io_(io),
      delay_(io),
      deadline_(io),
      addresses_(interleaved(what.addresses)),
      port_(what.port),
      done_(std::move(done)) {
  attempts_.reserve(addresses_.size());
}

void Connector::start(std::chrono::milliseconds timeout) {
  deadline_.expires_after(timeout);
  deadline_.async_wait([self = shared_from_this()](error_code error) {
    if (error || !self->done_) return;
    self->finish(std::unexpected(
        Refusal{EgressReason::connect_failed,
                fmt::format("no address of the host took a connection on port {} in time ({} of {} "
                            "tried{}{})",
                            self->port_, self->attempts_.size(), self->addresses_.size(),
                            self->last_error_.empty() ? "" : ", ", self->last_error_)}));
  });
  attempt_next();
}

void Connector::cancel() {
  done_ = nullptr;
  delay_.cancel();
  deadline_.cancel();
  attempts_.clear();
}

void Connector::attempt_next() {
  const std::size_t attempt = attempts_.size();
  attempts_.emplace_back(io_).async_connect(
      endpoint_of(addresses_[attempt], port_),
      [self = shared_from_this(), attempt](error_code error) { self->on_connect(attempt, error); });
  if (attempts_.size() == addresses_.size()) return;
  delay_.expires_after(attempt_delay);
  delay_.async_wait([self = shared_from_this()](error_code error) {
    if (!error && self->done_) self->attempt_next();
  });
}

void Connector::on_connect(std::size_t attempt, error_code error) {
  if (!done_) return;
  if (error) return on_failure(error.message());
  auto connection = read_back(attempt);
  if (!connection && connection.error().reason == EgressReason::connect_failed) {
    return on_failure(connection.error().detail);
  }
  finish(std::move(connection));
}

// §5: who fails does not keep the next waiting.
void Connector::on_failure(const std::string& why) {
  ++failed_;
  last_error_ = why;
  if (attempts_.size() < addresses_.size()) {
    delay_.cancel();
    return attempt_next();
  }
  if (failed_ < attempts_.size()) return;
  finish(std::unexpected(
      Refusal{EgressReason::connect_failed,
              fmt::format("no address of the host takes a connection on port {} ({})", port_,
                          last_error_)}));
}

std::expected<Descriptor, Refusal> Connector::read_back(std::size_t attempt) {
  error_code error;
  const auto peer = attempts_[attempt].remote_endpoint(error);
  // It stood, and was reset before it could be looked at.
  if (error) return std::unexpected(Refusal{EgressReason::connect_failed, error.message()});
  const IpAddress connected = address_of(peer.address());
  if (connected == addresses_[attempt] && peer.port() == port_) {
    return Descriptor(attempts_[attempt].release());
  }
  return std::unexpected(
      Refusal{EgressReason::peer_mismatch,
              fmt::format("connected to {} port {} in place of {}", to_string(connected),
                          peer.port(), to_string(addresses_[attempt]))});
}

void Connector::finish(std::expected<Descriptor, Refusal> result) {
  const Done done = std::exchange(done_, nullptr);
  cancel();
  done(std::move(result));
}

}  // namespace seekd::fetcher
