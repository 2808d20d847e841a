#include "fetcher/broker/fetch.h"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <boost/asio/post.hpp>
#include <unistd.h>

#include "fetcher/broker/own_addresses.h"
#include "fetcher/broker/robots_desk.h"
#include "fetcher/url_reader.h"

namespace seekd::fetcher {
namespace {

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

// In [0, 1). Without the kernel's randomness the waits lose their jitter, and nothing else.
double chance() {
  std::uint32_t random = 0;
  return getentropy(&random, sizeof random) == 0 ? std::ldexp(random, -32) : 0;
}

}  // namespace

Fetch::Fetch(Door& door, Done done)
    : door_(door),
      machine_(door.config.egress, read_url),
      done_(std::move(done)),
      deadline_(door.io),
      pause_(door.io) {}

void Fetch::start(const FetchRequest& request) {
  begin([this, request] { return machine_.start(request); });
}

void Fetch::start_robots(const policy::Url& judged) {
  begin([this, judged] { return machine_.start_robots(judged); });
}

void Fetch::begin(std::function<Action()> first) {
  deadline_.expires_after(door_.config.fetcher.transfer_timeout);
  deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->done_) self->perform(self->machine_.on_deadline());
  });
  boost::asio::post(door_.io, [self = shared_from_this(), first = std::move(first)] {
    if (self->done_) self->perform(first());
  });
}

void Fetch::cancel() {
  done_ = nullptr;
  release();
}

Moment Fetch::moment() const {
  const auto left = deadline_.expiry() - std::chrono::steady_clock::now();
  return {wall_clock(), std::chrono::floor<std::chrono::milliseconds>(left), chance()};
}

void Fetch::release() {
  deadline_.cancel();
  pause_.cancel();
  if (connector_) connector_->cancel();
  connector_.reset();
  if (worker_) door_.workers.kill(*worker_);
  worker_.reset();
  connection_.reset();
  place_.reset();
}

void Fetch::perform(Action action) {
  std::visit([this](auto& what) { act(std::move(what)); }, action);
}

void Fetch::act(const AskRobots& action) {
  door_.robots.ask(action.url, [self = shared_from_this()](const RobotsAnswer& answer) {
    if (self->done_) self->perform(self->machine_.on_robots(answer));
  });
}

void Fetch::act(const AskPlace& action) {
  assert(
      !place_);  // given back before every hop: who holds one and waits for another blocks others
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(
      door_.pauses.left(action.host, HostPauses::Clock::now()));
  if (pause.count() > 0) return perform(machine_.on_pause(pause, moment()));
  place_ = door_.places.ask(action.host, [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->done_) self->perform(self->machine_.on_place());
  });
  if (place_) return;
  perform(machine_.on_refusal({policy::EgressReason::rate_limited,
                               "too many requests wait for their turn; try again later"}));
}

void Fetch::act(const Wait& action) {
  place_.reset();
  pause_.expires_after(action.time);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->done_) self->perform(self->machine_.on_waited());
  });
}

void Fetch::act(const Resolve& action) {
  door_.resolver.resolve(action.host, [self = shared_from_this()](const Addresses& addresses) {
    if (!self->done_) return;
    self->perform(self->machine_.on_addresses(addresses, own_addresses()));
  });
}

void Fetch::act(const Connect& action) {
  connector_ = std::make_shared<Connector>(
      door_.io, action, [self = shared_from_this()](std::expected<Descriptor, Refusal> connection) {
        if (!self->done_) return;
        self->connector_.reset();
        if (!connection) {
          return self->perform(self->machine_.on_not_connected(connection.error(), self->moment()));
        }
        self->connection_ = *std::move(connection);
        self->perform(self->machine_.on_connected(wall_clock()));
      });
  connector_->start(door_.config.fetcher.connect_timeout);
}

void Fetch::act(Work action) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.expiry() -
                                                                 std::chrono::steady_clock::now());
  action.job.time_ms_max = static_cast<std::uint32_t>(std::max<std::int64_t>(left.count(), 1));
  const auto done = [self = shared_from_this()](std::expected<WorkerReply, Refusal> reply) {
    if (!self->done_) return;
    self->worker_.reset();
    self->place_.reset();
    if (!reply) return self->perform(self->machine_.on_refusal(reply.error()));
    self->door_.pauses.pause(self->machine_.url().host, reply->retry_after,
                             HostPauses::Clock::now());
    self->perform(self->machine_.on_reply(*std::move(reply), self->moment()));
  };
  worker_ = door_.workers.run(std::move(connection_), action.job, done);
}

void Fetch::act(Finish action) {
  release();
  std::exchange(done_, nullptr)(std::move(action.result));
}

}  // namespace seekd::fetcher
