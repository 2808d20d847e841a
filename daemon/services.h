// Services: what handlers work with, wired by main and outliving every request.

#pragma once

#include <boost/asio/any_io_executor.hpp>

#include "config/config.h"
#include "daemon/access/collections.h"
#include "daemon/access/identities.h"
#include "daemon/access/limits.h"
#include "daemon/answer/admission.h"
#include "daemon/async_cache.h"
#include "daemon/audit/auditor.h"
#include "daemon/embedding_desk.h"
#include "daemon/finding/web_search.h"
#include "daemon/metrics/gpu_watch.h"
#include "daemon/metrics/metrics.h"
#include "daemon/model_runner.h"
#include "daemon/model_versions.h"
#include "daemon/page_flights.h"
#include "daemon/page_updater.h"
#include "daemon/refresh/refresher.h"
#include "daemon/routing/model_routes.h"
#include "daemon/workers.h"
#include "fetcher/client.h"
#include "model/reranker.h"

namespace seekd::daemon {

class AnswerDesk;
class McpSessions;

struct Services {
  boost::asio::any_io_executor executor;  // of the one I/O thread
  const config::Config& config;
  AsyncCache& cache;
  Workers& workers;
  fetcher::FetcherClient& fetcher;
  ModelRunner& model;  // the local one
  ModelVersions& versions;
  ModelRoutes& routes;
  Admission& admission;
  Metrics& metrics;
  PageFlights& flights;
  PageUpdater& pages;
  AnswerDesk& answers;
  Refresher& refresher;
  const Collections& collections;
  const Identities& identities;  // replaced on SIGHUP
  Limits& limits;
  Auditor& auditor;
  McpSessions& mcp_sessions;
  const GpuWatch& gpus;
  TimePoint started;
  EmbeddingDesk* embedder = nullptr;              // nullptr: words alone are searched
  WebSearch* web = nullptr;                       // nullptr: nobody is asked which pages there are
  const model::RerankerInfo* reranker = nullptr;  // nullptr: nothing is judged once more
};

// The wall clock, read by the shells alone; what is kept or called fresh goes by PageClock.
TimePoint wall_clock();

// Lower-case hex digits from the operating system's random source.
std::string random_hex(std::size_t digits);

}  // namespace seekd::daemon
