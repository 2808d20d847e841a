// Courier: tells webhooks of new answers to standing questions, each at least once, a webhook's one
// after another in the order they came. What is still to be told outlives a restart.
//
// All functions are called on the I/O thread. A webhook that the configuration no longer names is
// told nothing.

#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "config/config.h"
#include "daemon/metrics/metrics.h"
#include "daemon/refresh/refresher.h"
#include "fetcher/client.h"

namespace seekd::daemon {

class Courier {
 public:
  // REQUIRES: all of them outlive this.
  Courier(const boost::asio::any_io_executor& executor, fetcher::FetcherClient& fetcher,
          Refresher& refresher, const config::Config& config, Metrics& metrics);

  void start();
  // What is under way is broken off, and told again after a restart.
  void stop();

 private:
  struct Errand {
    std::uint64_t watch = 0;
    std::uint64_t event = 0;
    std::string webhook;
    NoticeDelivery delivery;
  };

  void look();
  // The earliest that is still to be told, of each webhook.
  std::map<std::string, Errand> errands() const;
  void send(const Errand& errand);
  void sent(const Errand& errand, const std::string& trace_id,
            const Result<fetcher::FetchReply>& reply);
  void settle(const Errand& errand, NoticeDelivery delivery);

  fetcher::FetcherClient& fetcher_;
  Refresher& refresher_;
  const config::Config& config_;
  Metrics& metrics_;
  boost::asio::steady_timer timer_;
  std::map<std::string, std::shared_ptr<fetcher::FetchHandle>> under_way_;  // by webhook
  bool stopped_ = false;
};

}  // namespace seekd::daemon
