#include "fetcher/broker/live_policy.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/named_peers.h"

namespace seekd::fetcher {

LivePolicy::LivePolicy(config::Config first, TimePoint now)
    : ports_(policy::open_ports(first.egress, config::named_peers(first))),
      current_(std::make_shared<const config::Config>(std::move(first))),
      in_force_since_(now) {}

Status LivePolicy::check_ports(const config::Config& config) const {
  for (const std::uint16_t port : policy::open_ports(config.egress, config::named_peers(config))) {
    if (std::ranges::binary_search(ports_, port)) continue;
    return fail(ErrorCode::unsupported,
                fmt::format("port {} was not in the policy at the start, and the sandbox cannot be "
                            "opened further: restart seekd-fetcher",
                            port));
  }
  return {};
}

Status LivePolicy::replace(Result<config::Loaded> loaded, TimePoint now) {
  Status taken = loaded ? check_ports(loaded->config) : Status(std::unexpected(loaded.error()));
  ++reloads_;
  last_error_ = taken ? "" : taken.error().message;
  if (!taken) return taken;
  config::Config next = *current_;
  next.egress = std::move(loaded->config.egress);
  next.search = std::move(loaded->config.search);
  next.upstreams = std::move(loaded->config.upstreams);
  restart_needed_ = loaded->config.fetcher != current_->fetcher;
  current_ = std::make_shared<const config::Config>(std::move(next));
  in_force_since_ = now;
  return {};
}

boost::json::object LivePolicy::status_json() const {
  return {{"in_force_since", in_force_since_.time_since_epoch().count()},
          {"reloads", reloads_},
          {"last_error", last_error_},
          {"restart_needed", restart_needed_}};
}

}  // namespace seekd::fetcher
