// WebSearch: which pages may answer, asked of those whom the configuration names: lists of sites by
// topic, feeds and sitemaps, and search providers in their order, until one has results.
//
// Called on the I/O thread, where `done` runs. Nothing is an error: who did not answer, and why, is
// told among the notices, and apart from "nothing found".
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "config/config.h"
#include "daemon/finding/provider_health.h"
#include "daemon/finding/web_result.h"
#include "daemon/page_clock.h"
#include "fetcher/client.h"

namespace seekd::daemon {

// How a provider does, for an operator.
struct ProviderReading {
  const policy::SearchProvider& provider;
  const ProviderHealth& health;
};

class WebSearch {
 public:
  using Done = std::function<void(WebFindings)>;

  // All outlive this and its searches.
  WebSearch(boost::asio::any_io_executor executor, fetcher::FetcherClient& fetcher,
            const config::Config& config, const PageClock& clock);

  // Whether anybody can be asked at all.
  bool configured() const;

  // `done` is called exactly once, never inside this call, no later than search.deadline. cancel()
  // of the handle ends the search with what has been found by then.
  // `trace_id`: as FetchRequest's.
  std::shared_ptr<fetcher::FetchHandle> search(std::vector<WebQuery> queries,
                                               const std::string& trace_id, Done done);

  std::vector<ProviderReading> providers() const;

 private:
  boost::asio::any_io_executor executor_;
  fetcher::FetcherClient& fetcher_;
  const config::Config& config_;
  const PageClock& clock_;
  std::vector<ProviderHealth> health_;  // in the order of search.provider
};

}  // namespace seekd::daemon
