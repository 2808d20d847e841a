// Program: seekd's parts, wired, and the one I/O thread that runs them until they are told to stop.
//
// One object a process. create() binds the sockets and then enters the sandbox, before any thread
// starts and before a byte from outside is read.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cache/page_cache.h"
#include "config/config.h"
#include "daemon/access/access_control.h"
#include "daemon/answer/admission.h"
#include "daemon/answer/answer_desk.h"
#include "daemon/async_cache.h"
#include "daemon/embedding_desk.h"
#include "daemon/embedding_worker.h"
#include "daemon/finding/web_search.h"
#include "daemon/listener.h"
#include "daemon/mcp/sessions.h"
#include "daemon/metrics/gpu_watch.h"
#include "daemon/metrics/metrics.h"
#include "daemon/model_runner.h"
#include "daemon/model_versions.h"
#include "daemon/model_watch.h"
#include "daemon/page_flights.h"
#include "daemon/page_updater.h"
#include "daemon/refresh/refresher.h"
#include "daemon/service_manager.h"
#include "daemon/services.h"
#include "daemon/standing/courier.h"
#include "daemon/standing/question_asker.h"
#include "fetcher/client.h"
#include "model/embedder.h"
#include "model/reranker.h"

namespace seekd::daemon {

class Program {
 public:
  using ConfigReader = std::function<Result<config::Config>()>;
  // A stored model's name in ModelConfig::path becomes its path.
  using ModelFinder = std::function<Status(config::ModelConfig&)>;

  // Errors: a sentence about what is in the way (socket, port, sandbox, embedder,
  // reranker, cache). REQUIRES:
  // config.model.path and config.embedder.path are not empty.
  // `reread` gives the configuration as it is by then, on SIGHUP; `find` the models that are asked
  // for by name while it runs.
  static Result<std::unique_ptr<Program>> create(config::Config config, ConfigReader reread,
                                                 ModelFinder find);

  // Returns when SIGTERM or SIGINT has been served, the model could not be loaded, or its device is
  // lost. Errors: the model's.
  Status run();

 private:
  // What judges passages; each nullptr where the configuration wants none.
  struct Judges {
    std::shared_ptr<const model::Embedder> embedder;
    std::shared_ptr<const model::Reranker> reranker;
  };
  static Result<Judges> load_judges(const config::Config& config);
  static Result<std::unique_ptr<cache::PageCache>> open_cache(const config::Config& config,
                                                              const Judges& judges);

  Program(config::Config config, Judges judges, std::unique_ptr<cache::PageCache> cache,
          const std::optional<policy::ClockMark>& clock, StoredWatches watches,
          Collections collections, std::vector<Circle> route_callers, AccessControl access,
          std::unique_ptr<audit::Log> audit_log, ModelHistory model_history, ModelFinder find);

  void start_embedding();
  void model_changed();
  void model_serves();
  void health_changed(const model::ModelHealth& health);
  void await_signal();
  void await_hangup();
  void purge_now_and_then();
  void keep_clock();
  void stop();

  config::Config config_;
  const Collections collections_;
  AccessControl access_;
  Limits limits_;
  ConfigReader reread_;
  const Judges judges_;
  std::unique_ptr<cache::PageCache> cache_;
  boost::asio::io_context io_{1};
  PageClock clock_;
  AsyncCache async_cache_;
  fetcher::FetcherClient fetcher_;
  ModelVersions versions_;
  ModelRunner model_;
  ModelRoutes routes_;
  Auditor auditor_;
  McpSessions mcp_sessions_;
  Workers workers_;  // they count with the model, and end before it and the auditor
  Admission admission_;
  Metrics metrics_;
  GpuWatch gpus_;
  PageFlights flights_;
  PageUpdater pages_;
  AnswerDesk answers_;
  Refresher refresher_;
  WebSearch web_search_;
  const std::unique_ptr<EmbeddingDesk> embedding_desk_;  // nullptr without an embedder
  Services services_;
  QuestionAsker question_asker_;
  Courier courier_;
  Listener listener_;
  ModelWatch model_watch_;
  ServiceManager manager_;
  boost::asio::signal_set signals_;
  boost::asio::signal_set hangup_;
  boost::asio::steady_timer grace_;
  boost::asio::steady_timer purge_;
  bool stopping_ = false;
  std::optional<Error> lost_;                                     // the model's device
  policy::ClockTrust clock_trust_ = policy::ClockTrust::trusted;  // as it was logged last
  std::optional<EmbeddingWorker> embedding_;
};

}  // namespace seekd::daemon
