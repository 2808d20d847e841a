// The broker: takes requests on the unix socket, has them fetched, answers, counts and logs.
//
// One thread (the event loop's). Not movable: its parts refer to each other.
#pragma once

#include <memory>

#include <boost/asio/local/stream_protocol.hpp>
#include <spdlog/logger.h>

#include "fetcher/broker/counters.h"
#include "fetcher/broker/fetch.h"
#include "fetcher/broker/listener.h"
#include "fetcher/broker/live_policy.h"
#include "fetcher/broker/robots_desk.h"
#include "fetcher/broker/self_test.h"
#include "fetcher/sandbox.h"

namespace seekd::fetcher {

class Broker {
 public:
  // What it has from before the sandbox closed.
  struct Provisions {
    Descriptor zygote;                                   // its control socket
    std::vector<std::filesystem::path> embedded_models;  // as run_self_test() says
    ProxyCredentials proxy_credentials;
    SearchKeys search_keys;
    UpstreamKeys upstream_keys;
    WebhookKeys webhook_keys;
  };

  // When the zygote is lost the loop is stopped: a new broker has to be started.
  Broker(boost::asio::io_context& io, config::Config config, Resolver& resolver,
         const OwnAddresses& own_addresses, Provisions provisions, spdlog::logger& log);
  Broker(const Broker&) = delete;
  Broker& operator=(const Broker&) = delete;

  void serve(Descriptor listener, SandboxReport sandbox);

  // What the configuration says now: into force, or into the log and the status.
  void reload(Result<config::Loaded> loaded);

  // Why the loop was stopped, "" where it was asked to.
  const std::string& failure() const { return failure_; }

  // For the sessions. The fetch may be cancelled; its verdict is counted and logged before `done`.
  std::shared_ptr<Fetch> fetch(const FetchRequest& request, Fetch::Done done);
  // `sink`: the writing end of a pipe. As fetch().
  std::shared_ptr<Fetch> download(const DownloadRequest& request, Descriptor sink,
                                  Fetch::Done done);
  // As fetch(). Of a provider that the configuration does not name, refused.
  std::shared_ptr<Fetch> search(const SearchRequest& request, Fetch::Done done);
  // As search(). `sink`: the writing end of a pipe; `body`: a sealed memfd, none where nothing is
  // sent.
  std::shared_ptr<Fetch> upstream(const UpstreamRequest& request, Descriptor sink, Descriptor body,
                                  Fetch::Done done);
  // Likewise, of a webhook.
  std::shared_ptr<Fetch> notify(const NoticeRequest& request, Fetch::Done done);
  std::string status_json() const;
  void self_test(std::function<void(std::string)> done) {
    run_self_test(door_, provisions_.embedded_models, std::move(done));
  }
  void session_ended() { --sessions_; }
  void count_cancelled() { ++counters_.cancelled; }

 private:
  void accept();

  boost::asio::io_context& io_;
  spdlog::logger& log_;
  Provisions provisions_;
  LivePolicy policy_;
  Places places_;
  std::size_t sessions_max_;  // who has a place, and who waits for one
  HostPauses pauses_;
  Counters counters_;
  WorkerPool workers_;
  Door door_;
  RobotsDesk robots_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  boost::asio::steady_timer retry_;
  SandboxReport sandbox_;
  std::size_t sessions_ = 0;
  std::string failure_;
};

}  // namespace seekd::fetcher
