#include "fetcher/broker/connection_trials.h"

#include <memory>
#include <utility>

#include <boost/asio/post.hpp>

namespace seekd::fetcher {
namespace {

using policy::EgressReason;

const policy::Url trial_url{"https", "seekd-selftest.example", 443, "/"};

// Answers every name with one address, as a hostile name server would.
class HostileNames : public Resolver {
 public:
  explicit HostileNames(boost::asio::io_context& io) : io_(io) {}

  void lead_to(const policy::IpAddress& address) { address_ = address; }

  void resolve(const std::string&, std::function<void(Addresses)> done) override {
    boost::asio::post(io_, [address = address_, done = std::move(done)] {
      done(std::vector<policy::IpAddress>{address});
    });
  }
  std::vector<std::uint16_t> server_ports() const override { return {}; }

 private:
  boost::asio::io_context& io_;
  policy::IpAddress address_;
};

// No site's hours and no proxy: what is tried is the judgement of addresses.
std::shared_ptr<const config::Config> plain(const config::Config& config) {
  auto copy = std::make_shared<config::Config>(config);
  copy->egress.sites.clear();
  copy->egress.route = policy::Route();
  return copy;
}

class ConnectionTrials : public std::enable_shared_from_this<ConnectionTrials> {
 public:
  ConnectionTrials(Door& door, std::vector<ConnectionTrial> trials,
                   std::function<void(std::vector<Attempt>)> done)
      : outer_(door),
        names_(door.io),
        door_{door.io,          plain(*door.config),    door.places,      door.pauses,
              names_,           door.own_addresses,     door.workers,     door.robots,
              counters_,        door.proxy_credentials, door.search_keys, door.upstream_keys,
              door.webhook_keys},
        trials_(std::move(trials)),
        done_(std::move(done)) {}

  void next() {
    if (attempts_.size() == trials_.size()) return done_(std::move(attempts_));
    names_.lead_to(trials_[attempts_.size()].address);
    std::make_shared<Fetch>(door_, [self = shared_from_this()](const FetchResult& result) {
      self->conclude(result.reply);
    })->start_robots(trial_url);
  }

 private:
  void conclude(const FetchReply& reply) {
    outer_.counters.add(reply);
    const ConnectionTrial& trial = trials_[attempts_.size()];
    const bool refused = reply.reason == EgressReason::address_denied && counters_.connections == 0;
    attempts_.push_back({"broker",
                         "to fetch from " + to_string(trial.address) + ", of " + trial.range,
                         "address_denied, and no socket",
                         std::string(policy::to_string(reply.reason)) +
                             (counters_.connections == 0 ? ", and no socket" : ", after a socket"),
                         refused});
    counters_ = {};
    boost::asio::post(door_.io, [self = shared_from_this()] { self->next(); });
  }

  Door& outer_;
  HostileNames names_;
  Counters counters_;
  Door door_;
  std::vector<ConnectionTrial> trials_;
  std::vector<Attempt> attempts_;
  std::function<void(std::vector<Attempt>)> done_;
};

}  // namespace

void run_connection_trials(Door& door, std::vector<ConnectionTrial> trials,
                           std::function<void(std::vector<Attempt>)> done) {
  const auto run = std::make_shared<ConnectionTrials>(door, std::move(trials), std::move(done));
  boost::asio::post(door.io, [run] { run->next(); });
}

}  // namespace seekd::fetcher
