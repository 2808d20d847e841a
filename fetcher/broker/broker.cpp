#include "fetcher/broker/broker.h"

#include <algorithm>

#include <boost/asio/post.hpp>
#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "fetcher/broker/log.h"
#include "fetcher/broker/session.h"
#include "fetcher/broker/wall_clock.h"

namespace seekd::fetcher {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;
using policy::EgressReason;

constexpr std::chrono::milliseconds accept_retry{100};  // when descriptors are used up

PolitenessLimits limits_of(const config::FetcherConfig& config) {
  PolitenessLimits limits;
  limits.places_max = config.workers_max;
  return limits;
}

FetchResult refused(EgressReason reason, std::string message) {
  FetchResult result;
  result.reply.outcome = FetchOutcome::refused;
  result.reply.reason = reason;
  result.reply.message = std::move(message);
  return result;
}

json::object sandbox_json(const SandboxReport& sandbox) {
  json::array missing;
  for (const config::SandboxMechanism mechanism : sandbox.missing) {
    missing.emplace_back(to_string(mechanism));
  }
  return {{"in_force", json::array(sandbox.in_force.begin(), sandbox.in_force.end())},
          {"missing", std::move(missing)}};
}

}  // namespace

Broker::Broker(asio::io_context& io, config::Config config, Resolver& resolver,
               const OwnAddresses& own_addresses, Provisions provisions, spdlog::logger& log)
    : io_(io),
      log_(log),
      provisions_(std::move(provisions)),
      policy_(std::move(config), wall_clock()),
      places_(io, limits_of(policy_.current()->fetcher)),
      sessions_max_(policy_.current()->fetcher.workers_max + PolitenessLimits().waiting_max),
      workers_(io, std::move(provisions_.zygote), policy_.current()->fetcher.reply_bytes_max,
               [this] {
                 failure_ = "the process that forks workers has ended";
                 io_.stop();
               }),
      door_{io,
            policy_.current(),
            places_,
            pauses_,
            resolver,
            own_addresses,
            workers_,
            robots_,
            counters_,
            provisions_.proxy_credentials,
            provisions_.search_keys,
            provisions_.upstream_keys,
            provisions_.webhook_keys},
      robots_(door_),
      acceptor_(io),
      retry_(io) {}

void Broker::serve(Descriptor listener, SandboxReport sandbox) {
  sandbox_ = std::move(sandbox);
  acceptor_.assign(asio::local::stream_protocol(), listener.release());
  accept();
}

void Broker::reload(Result<config::Loaded> loaded) {
  const std::vector<std::string> warnings = loaded ? loaded->warnings : std::vector<std::string>();
  if (const Status taken = policy_.replace(std::move(loaded), wall_clock()); !taken) {
    log_.error("the policy stays as it was: {}", taken.error().message);
    return;
  }
  door_.config = policy_.current();
  log_.info("the policy was read anew and is in force");
  for (const std::string& warning : warnings) log_.warn("{}", warning);
  if (policy_.restart_needed()) {
    log_.warn("[fetcher] has changed: that takes effect when seekd-fetcher is restarted");
  }
}

void Broker::accept() {
  acceptor_.async_accept(
      [this](boost::system::error_code error, asio::local::stream_protocol::socket socket) {
        if (error == asio::error::operation_aborted) return;
        if (error) {
          retry_.expires_after(accept_retry);
          retry_.async_wait([this](boost::system::error_code) { accept(); });
          return;
        }
        // One more is closed unanswered: its client reads that as "unavailable".
        if (sessions_ < sessions_max_) {
          ++sessions_;
          std::make_shared<Session>(*this, std::move(socket))->start();
        }
        accept();
      });
}

std::shared_ptr<Fetch> Broker::fetch(const FetchRequest& request, Fetch::Done done) {
  ++counters_.requests;
  const auto fetch =
      std::make_shared<Fetch>(door_, [this, request, done = std::move(done)](FetchResult result) {
        counters_.add(result.reply);
        log_verdict(log_, request, result.reply);
        done(std::move(result));
      });
  fetch->start(request);
  return fetch;
}

// Where the policy names no host for models, not even the URL is looked at.
std::shared_ptr<Fetch> Broker::download(const DownloadRequest& request, Descriptor sink,
                                        Fetch::Done done) {
  ++counters_.requests;
  auto counted = [this, request, done = std::move(done)](FetchResult result) {
    counters_.add(result.reply);
    log_verdict(log_, request, result.reply);
    done(std::move(result));
  };
  auto models = policy::model_policy(policy_.current()->egress);
  if (!models) {
    asio::post(io_, [counted] {
      counted(refused(EgressReason::host_not_allowed,
                      "the policy lets models come from nowhere: name the hub, and the hosts that "
                      "it redirects to, in egress.models"));
    });
    return nullptr;
  }
  const auto fetch =
      std::make_shared<Fetch>(door_, *std::move(models), std::move(sink), std::move(counted));
  fetch->start_download(request);
  return fetch;
}

std::shared_ptr<Fetch> Broker::search(const SearchRequest& request, Fetch::Done done) {
  ++counters_.requests;
  auto counted = [this, request, done = std::move(done)](FetchResult result) {
    counters_.add(result.reply);
    log_search(log_, request, result.reply);
    done(std::move(result));
  };
  const config::Config& config = *policy_.current();
  const auto provider =
      std::ranges::find(config.search.providers, request.provider, &policy::SearchProvider::name);
  if (provider == config.search.providers.end()) {
    asio::post(io_, [counted] {
      counted(refused(EgressReason::host_not_allowed,
                      "there is no search.provider of that name in the fetcher's configuration: "
                      "see that both programs read the same one, and reload seekd-fetcher"));
    });
    return nullptr;
  }
  const auto fetch = std::make_shared<Fetch>(door_, policy::search_policy(config.egress, *provider),
                                             Descriptor(), std::move(counted));
  fetch->start_search(*provider, request.terms);
  return fetch;
}

std::shared_ptr<Fetch> Broker::upstream(const UpstreamRequest& request, Descriptor sink,
                                        Descriptor body, Fetch::Done done) {
  ++counters_.requests;
  auto counted = [this, request, done = std::move(done)](FetchResult result) {
    counters_.add(result.reply);
    log_verdict(log_, request, result.reply);
    done(std::move(result));
  };
  const config::Config& config = *policy_.current();
  const auto upstream =
      std::ranges::find(config.upstreams, request.upstream, &policy::Upstream::name);
  if (upstream == config.upstreams.end()) {
    asio::post(io_, [counted] {
      counted(refused(EgressReason::host_not_allowed,
                      "there is no [[upstream]] of that name in the fetcher's configuration: see "
                      "that both programs read the same one, and reload seekd-fetcher"));
    });
    return nullptr;
  }
  const auto fetch =
      std::make_shared<Fetch>(door_, policy::upstream_policy(config.egress, *upstream),
                              std::move(sink), std::move(counted));
  fetch->start_upstream(*upstream, request, std::move(body));
  return fetch;
}

std::shared_ptr<Fetch> Broker::notify(const NoticeRequest& request, Fetch::Done done) {
  ++counters_.requests;
  auto counted = [this, webhook = request.webhook, trace_id = request.trace_id,
                  done = std::move(done)](FetchResult result) {
    counters_.add(result.reply);
    log_notice(log_, webhook, trace_id, result.reply);
    done(std::move(result));
  };
  const config::Config& config = *policy_.current();
  const auto webhook = std::ranges::find(config.webhooks, request.webhook, &policy::Webhook::name);
  if (webhook == config.webhooks.end()) {
    asio::post(io_, [counted] {
      counted(refused(EgressReason::host_not_allowed,
                      "there is no egress.webhook of that name in the fetcher's configuration: see "
                      "that both programs read the same one, and reload seekd-fetcher"));
    });
    return nullptr;
  }
  const auto fetch = std::make_shared<Fetch>(door_, policy::webhook_policy(config.egress, *webhook),
                                             Descriptor(), std::move(counted));
  fetch->start_notice(*webhook, request);
  return fetch;
}

std::string Broker::status_json() const {
  json::object verdicts;
  for (std::size_t reason = 0; reason < counters_.verdicts.size(); ++reason) {
    if (counters_.verdicts[reason] == 0) continue;
    verdicts[policy::to_string(static_cast<policy::EgressReason>(reason))] =
        counters_.verdicts[reason];
  }
  const json::object status{{"version", SEEKD_VERSION},
                            {"requests", counters_.requests},
                            {"cancelled", counters_.cancelled},
                            {"verdicts", std::move(verdicts)},
                            {"policy", policy_.status_json()},
                            {"wire_bytes", counters_.wire_bytes},
                            {"connections", counters_.connections},
                            {"pages_in_progress", places_.placed()},
                            {"pages_waiting", places_.waiting()},
                            {"workers", workers_.running()},
                            {"workers_idle", workers_.idle()},
                            {"robots_origins", robots_.origins()},
                            {"sandbox", sandbox_json(sandbox_)}};
  return json::serialize(status);
}

}  // namespace seekd::fetcher
