// One fetch, acted out: carries FetchMachine's actions to the resolver, the network and a worker,
// and brings events back.
//
// One thread (the event loop's). A fetch keeps itself alive until its result is given or it is
// cancelled.
#pragma once

#include <functional>
#include <memory>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/config.h"
#include "fetcher/broker/connector.h"
#include "fetcher/broker/counters.h"
#include "fetcher/broker/fetch_machine.h"
#include "fetcher/broker/host_pauses.h"
#include "fetcher/broker/own_addresses.h"
#include "fetcher/broker/places.h"
#include "fetcher/broker/proxy_credentials.h"
#include "fetcher/broker/resolver.h"
#include "fetcher/broker/search_keys.h"
#include "fetcher/broker/upstream_keys.h"
#include "fetcher/broker/webhook_keys.h"
#include "fetcher/broker/worker_pool.h"

namespace seekd::fetcher {

class RobotsDesk;

// What every fetch uses; outlives them all.
struct Door {
  boost::asio::io_context& io;
  std::shared_ptr<const config::Config> config;  // replaced by a reload
  Places& places;
  HostPauses& pauses;
  Resolver& resolver;
  const OwnAddresses& own_addresses;
  WorkerPool& workers;
  RobotsDesk& robots;
  Counters& counters;
  const ProxyCredentials& proxy_credentials;
  const SearchKeys& search_keys;
  const UpstreamKeys& upstream_keys;
  const WebhookKeys& webhook_keys;
};

class Fetch : public std::enable_shared_from_this<Fetch> {
 public:
  using Done = std::function<void(FetchResult)>;

  // `done` is called once, never inside these calls, and not after cancel(); of a page within
  // fetcher.transfer_timeout.
  Fetch(Door& door, Done done);
  // Of a model's file, which is handed to the reader of `sink`, of a search, or of an upstream:
  // judged by a policy of its own.
  Fetch(Door& door, policy::EgressPolicy own, Descriptor sink, Done done);

  void start(const FetchRequest& request);
  void start_download(const DownloadRequest& request);
  // `done` is called within the provider's timeout.
  void start_search(const policy::SearchProvider& provider, const policy::SearchTerms& terms);
  // Within the upstream's timeout. What is read in the reply goes to the reader of `sink`; `body`
  // is what a chat sends, none else.
  void start_upstream(const policy::Upstream& upstream, const UpstreamRequest& request,
                      Descriptor body);
  void start_notice(const policy::Webhook& webhook, const NoticeRequest& request);
  void start_robots(const policy::Url& judged);
  void cancel();

 private:
  void begin(std::function<Action()> first, std::chrono::milliseconds time);
  void limit_time(std::chrono::milliseconds left);
  void limit_time_of_file(const WorkerJob& job);
  void perform(Action action);
  void act(const AskRobots& action);
  void act(const AskPlace& action);
  void act(const Wait& action);
  void act(const Resolve& action);
  void act(const Connect& action);
  void act(Work action);
  void act(Finish action);
  Moment moment() const;
  Politeness::Turn turn_of(const AskPlace& action) const;
  bool refused_by_hours(const std::string& host);
  void release();

  Door& door_;
  std::shared_ptr<const config::Config> config_;  // of the start: a fetch ends as it began
  const std::optional<policy::EgressPolicy> own_policy_;
  FetchMachine machine_;
  Done done_;  // empty: finished or cancelled; what comes in is late, and nobody's
  boost::asio::steady_timer deadline_;
  boost::asio::steady_timer pause_;
  std::unique_ptr<Places::Place> place_;
  std::shared_ptr<Connector> connector_;
  Descriptor connection_;
  Descriptor sink_;                  // of a download or an upstream
  Descriptor body_;                  // of a chat
  policy::SearchProvider provider_;  // of a search
  policy::Upstream upstream_;        // of an upstream's
  NoticeRequest notice_;
  std::optional<WorkerPool::WorkerId> worker_;
};

}  // namespace seekd::fetcher
