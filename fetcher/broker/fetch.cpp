#include "fetcher/broker/fetch.h"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "fetcher/broker/robots_desk.h"
#include "fetcher/broker/wall_clock.h"
#include "fetcher/url_reader.h"

namespace seekd::fetcher {
namespace {

// Of an answer or a description, decoded: fifty results are a hundredth of it.
constexpr std::uint64_t search_bytes_max = 4 << 20;

// Of an upstream's answer: a chunk of 300 bytes a word, and two hundred thousand of them.
constexpr std::uint64_t upstream_bytes_max = 64 << 20;

// What the policy says of the site, or the defaults.
void configure(WorkerJob& job, const config::Config& config) {
  policy::Site site = policy::site_of(config.egress.sites, job.url.host);
  const config::FetcherConfig& defaults = config.fetcher;
  job.user_agent = std::move(site.user_agent).value_or(defaults.user_agent);
  job.wire_bytes_max = site.wire_bytes_max.value_or(defaults.wire_bytes_max);
  if (job.kind == JobKind::robots) {  // RFC 9309 §2.5, whatever a page may have
    job.wire_bytes_max = std::max<std::uint64_t>(job.wire_bytes_max, policy::robots_bytes_max);
  }
  job.decoded_bytes_max = site.decoded_bytes_max.value_or(defaults.decoded_bytes_max);
  if (job.kind == JobKind::file) {  // framing and chunks beside the bytes, which are counted
    job.wire_bytes_max = 2 * (job.file_bytes - job.offset) + config.fetcher.wire_bytes_max;
    job.stall_s_max = static_cast<std::uint32_t>(defaults.stall_timeout.count());
  }
  if (is_upstream(job.kind)) {
    job.wire_bytes_max = upstream_bytes_max;
    job.decoded_bytes_max = upstream_bytes_max;
    return;
  }
  if (is_search(job.kind)) {
    job.decoded_bytes_max = std::min(job.decoded_bytes_max, search_bytes_max);
    return;  // what it is says its dialect
  }
  job.content_types = std::move(site.content_types).value_or(defaults.content_types);
}

// In [0, 1). Without the kernel's randomness the waits lose their jitter, and nothing else.
double chance() {
  std::uint32_t random = 0;
  return getentropy(&random, sizeof random) == 0 ? std::ldexp(random, -32) : 0;
}

}  // namespace

Fetch::Fetch(Door& door, Done done)
    : door_(door),
      config_(door.config),
      machine_(config_->egress, read_url),
      done_(std::move(done)),
      deadline_(door.io),
      pause_(door.io) {}

Fetch::Fetch(Door& door, policy::EgressPolicy own, Descriptor sink, Done done)
    : door_(door),
      config_(door.config),
      own_policy_(std::move(own)),
      machine_(*own_policy_, read_url),
      done_(std::move(done)),
      deadline_(door.io),
      pause_(door.io),
      sink_(std::move(sink)) {}

void Fetch::start(const FetchRequest& request) {
  begin([this, request] { return machine_.start(request); }, config_->fetcher.transfer_timeout);
}

void Fetch::start_download(const DownloadRequest& request) {
  begin([this, request] { return machine_.start_download(request); },
        config_->fetcher.transfer_timeout);
}

void Fetch::start_robots(const policy::Url& judged) {
  begin([this, judged] { return machine_.start_robots(judged); },
        config_->fetcher.transfer_timeout);
}

void Fetch::start_search(const policy::SearchProvider& provider, const policy::SearchTerms& terms) {
  provider_ = provider;
  begin([this, terms] { return machine_.start_search(provider_, terms); }, provider.timeout);
}

void Fetch::start_upstream(const policy::Upstream& upstream, const UpstreamRequest& request,
                           Descriptor body) {
  upstream_ = upstream;
  body_ = std::move(body);
  begin([this, request] { return machine_.start_upstream(upstream_, request); }, upstream.timeout);
}

void Fetch::start_notice(const policy::Webhook& webhook, const NoticeRequest& request) {
  notice_ = request;
  begin([this, webhook] { return machine_.start_notice(webhook, notice_.body); },
        config_->fetcher.transfer_timeout);
}

void Fetch::begin(std::function<Action()> first, std::chrono::milliseconds time) {
  limit_time(time);
  boost::asio::post(door_.io, [self = shared_from_this(), first = std::move(first)] {
    if (self->done_) self->perform(first());
  });
}

void Fetch::limit_time(std::chrono::milliseconds left) {
  deadline_.expires_after(left);
  deadline_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->done_) self->perform(self->machine_.on_deadline());
  });
}

// A file takes as long as its bytes at the rate below which the worker gives up.
void Fetch::limit_time_of_file(const WorkerJob& job) {
  const std::chrono::seconds bytes((job.file_bytes - job.offset) / file_bytes_per_second_min);
  limit_time(config_->fetcher.transfer_timeout + config_->fetcher.stall_timeout + bytes);
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
  sink_.reset();
  body_.reset();
  place_.reset();
}

void Fetch::perform(Action action) {
  std::visit([this](auto& what) { act(std::move(what)); }, action);
}

// Step 6: outside the site's hours not even its robots.txt is asked for.
bool Fetch::refused_by_hours(const std::string& host) {
  const auto hours = policy::site_of(config_->egress.sites, host).hours;
  const TimePoint now = wall_clock();
  const auto opens = hours ? policy::closed_until(*hours, now) : std::nullopt;
  if (!opens) return false;
  perform(machine_.on_refusal(
      {policy::EgressReason::outside_hours,
       fmt::format("the hours of {} (egress.site) begin in {} s", host, (*opens - now).count()),
       *opens - now}));
  return true;
}

void Fetch::act(const AskRobots& action) {
  if (refused_by_hours(action.url.host)) return;
  door_.robots.ask(action.url, [self = shared_from_this()](const RobotsAnswer& answer) {
    if (self->done_) self->perform(self->machine_.on_robots(answer));
  });
}

// RFC 9309 lets Crawl-delay be; it is kept where it asks for more than the policy does.
Politeness::Turn Fetch::turn_of(const AskPlace& action) const {
  const policy::Site site = policy::site_of(config_->egress.sites, action.host);
  Politeness::Turn turn;
  turn.host = action.host;
  const bool upstream = is_upstream(action.kind);
  turn.limits.places_max =
      upstream ? upstream_.requests_max : site.concurrency.value_or(config_->fetcher.per_host_max);
  turn.limits.interval =
      std::max(site.interval.value_or(upstream ? std::chrono::milliseconds(0)
                                               : config_->fetcher.per_host_interval),
               action.crawl_delay);
  turn.spacing = action.kind == JobKind::robots ? Spacing::none : Spacing::kept;
  turn.until = deadline_.expiry();
  return turn;
}

void Fetch::act(const AskPlace& action) {
  assert(
      !place_);  // given back before every hop: who holds one and waits for another blocks others
  const auto pause = std::chrono::ceil<std::chrono::milliseconds>(
      door_.pauses.left(action.host, HostPauses::Clock::now()));
  if (pause.count() > 0) return perform(machine_.on_pause(pause, moment()));
  if (refused_by_hours(action.host)) return;
  auto place = door_.places.ask(turn_of(action), [weak = weak_from_this()] {
    const auto self = weak.lock();
    if (self && self->done_) self->perform(self->machine_.on_place());
  });
  if (place) {
    place_ = *std::move(place);
    return;
  }
  const auto away = std::chrono::ceil<std::chrono::seconds>(place.error());
  perform(machine_.on_refusal(
      {policy::EgressReason::rate_limited,
       fmt::format("too many requests for {} wait for their turn; come back in {} s", action.host,
                   away.count()),
       away}));
}

void Fetch::act(const Wait& action) {
  place_.reset();
  connection_.reset();
  pause_.expires_after(action.time);
  pause_.async_wait([self = shared_from_this()](boost::system::error_code error) {
    if (!error && self->done_) self->perform(self->machine_.on_waited());
  });
}

void Fetch::act(const Resolve& action) {
  door_.resolver.resolve(action.host, [self = shared_from_this()](const Addresses& addresses) {
    if (!self->done_) return;
    const auto own = self->door_.own_addresses.list();
    self->perform(
        own ? self->machine_.on_addresses(addresses, *own)
            : self->machine_.on_refusal({policy::EgressReason::internal, own.error().message}));
  });
}

void Fetch::act(const Connect& action) {
  ++door_.counters.connections;
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
  connector_->start(config_->fetcher.connect_timeout);
}

void Fetch::act(Work action) {
  configure(action.job, *config_);
  if (action.job.kind == JobKind::file) limit_time_of_file(action.job);
  if (is_search(action.job.kind)) {
    action.job.secret_field = door_.search_keys.field_for(provider_, action.job.url);
  }
  if (is_upstream(action.job.kind)) {
    action.job.secret_field = door_.upstream_keys.field_for(upstream_, action.job.url);
    action.job.stall_s_max = static_cast<std::uint32_t>(
        std::chrono::ceil<std::chrono::seconds>(upstream_.stall_timeout).count());
  }
  if (action.job.kind == JobKind::notice) {
    action.job.fields = door_.webhook_keys.fields_for(notice_, wall_clock());
  }
  const bool tunnels = action.job.kind == JobKind::tunnel;
  if (tunnels) action.job.proxy_credential = door_.proxy_credentials.find(action.job.proxy);
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline_.expiry() -
                                                                 std::chrono::steady_clock::now());
  constexpr std::int64_t most = std::numeric_limits<std::uint32_t>::max();
  action.job.time_ms_max =
      static_cast<std::uint32_t>(std::clamp<std::int64_t>(left.count(), 1, most));
  const auto done = [self = shared_from_this(),
                     tunnels](std::expected<WorkerReply, Refusal> reply) {
    if (!self->done_) return;
    self->worker_.reset();
    if (!tunnels) self->place_.reset();
    if (!reply) return self->perform(self->machine_.on_refusal(reply.error()));
    self->door_.pauses.pause(self->machine_.url().host, reply->retry_after,
                             HostPauses::Clock::now());
    self->perform(self->machine_.on_reply(*std::move(reply), self->moment()));
  };
  // Who asks the proxy meets nothing but the connection.
  worker_ = tunnels ? door_.workers.run(connection_, action.job, done)
                    : door_.workers.run(Ways{connection_, sink_, body_}, action.job, done);
  if (!tunnels) connection_.reset();
}

void Fetch::act(Finish action) {
  release();
  std::exchange(done_, nullptr)(std::move(action.result));
}

}  // namespace seekd::fetcher
