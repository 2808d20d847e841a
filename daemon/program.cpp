#include "daemon/program.h"

#include <csignal>
#include <utility>

#include <spdlog/spdlog.h>
#include <unistd.h>

#include "cache/rocks_page_cache.h"
#include "daemon/api/routes.h"
#include "fetcher/sandbox.h"
#include "model/embedder.h"
#include "model/store/model_store.h"
#include "model/torch_model.h"

namespace seekd::daemon {
namespace {

constexpr std::chrono::minutes purge_interval{1};
constexpr std::size_t worker_threads = 2;
constexpr std::size_t purge_pages_max = 1000;  // at a time

Status enter_sandbox(const config::Config& config) {
  const auto report = fetcher::enter_daemon_sandbox(config.fetcher.accept_missing);
  if (!report) return std::unexpected(report.error());
  for (const config::SandboxMechanism mechanism : report->missing) {
    spdlog::critical("RUNNING WITHOUT {}, as fetcher.accept_missing allows", to_string(mechanism));
  }
  return {};
}

Result<std::unique_ptr<audit::Log>> open_audit_log(const config::Config& config) {
  if (!config.audit.enabled()) return nullptr;
  return audit::Log::open(config);
}

// A history that cannot be read is no reason not to answer.
ModelHistory read_history(const config::Config& config) {
  auto history = ModelHistory::read(ModelHistory::file_of(config));
  if (history) return *std::move(history);
  spdlog::warn("which models served is not known: {}", history.error().message);
  return {};
}

// Held against its removal for as long as it is there.
Result<std::shared_ptr<model::Model>> load_held(const config::ModelConfig& config,
                                                const model::LoadWatch& watch) {
  auto hold = std::make_shared<model::ModelHold>(model::ModelHold::of(config.path));
  auto loaded = model::load_torch_model(config, watch);
  if (!loaded) return std::unexpected(std::move(loaded.error()));
  return std::shared_ptr<model::Model>(
      loaded->release(), [hold = std::move(hold)](const model::Model* model) { delete model; });
}

}  // namespace

Result<Program::Judges> Program::load_judges(const config::Config& config) {
  Judges judges;
  if (config.embedder.enabled()) {
    auto embedder = model::load_torch_embedder(config.embedder, config.model.threads);
    if (!embedder) return std::unexpected(std::move(embedder.error()));
    judges.embedder = std::move(*embedder);
  }
  if (config.reranker.enabled()) {
    auto reranker = model::load_torch_reranker(config.reranker.path, config.reranker.device,
                                               config.model.threads);
    if (!reranker) return std::unexpected(std::move(reranker.error()));
    judges.reranker = std::move(*reranker);
  }
  return judges;
}

Result<std::unique_ptr<cache::PageCache>> Program::open_cache(const config::Config& config,
                                                              const Judges& judges) {
  std::optional<Embedding> embedding;
  if (judges.embedder) embedding = model::embedding_of(judges.embedder);
  std::optional<Reranking> reranking;
  if (judges.reranker) {
    reranking =
        model::reranking_of(judges.reranker, config.reranker.candidates, config.reranker.deadline);
  }
  // The clock that is trusted stands in the cache: until it is read, nothing has expired.
  return cache::open_rocks_page_cache(config.cache, TimePoint{}, std::move(embedding),
                                      std::move(reranking));
}

Result<std::unique_ptr<Program>> Program::create(config::Config config, ConfigReader reread,
                                                 ModelFinder find) {
  auto collections = Collections::create(config.collections, geteuid());
  if (!collections) return std::unexpected(std::move(collections.error()));
  auto route_callers = ModelRoutes::callers_of(config.routes);
  if (!route_callers) return std::unexpected(std::move(route_callers.error()));
  auto sockets = open_listen_sockets(config.daemon);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  auto access = AccessControl::create(config, *sockets);
  if (!access) return std::unexpected(std::move(access.error()));
  if (auto entered = enter_sandbox(config); !entered) return std::unexpected(entered.error());
  auto judges = load_judges(config);
  if (!judges) return std::unexpected(std::move(judges.error()));
  auto cache = open_cache(config, *judges);
  if (!cache) return std::unexpected(std::move(cache.error()));
  auto audit_log = open_audit_log(config);
  if (!audit_log) return std::unexpected(std::move(audit_log.error()));
  const auto clock = (*cache)->clock_mark();
  if (!clock) return std::unexpected(clock.error());
  auto watches = load_watches(**cache);
  if (!watches) return std::unexpected(std::move(watches.error()));
  ModelHistory history = read_history(config);
  for (const ListenSocket& socket : *sockets) spdlog::info("listening on {}", socket.place());
  std::unique_ptr<Program> program(
      new Program(std::move(config), std::move(*judges), std::move(*cache), *clock,
                  std::move(*watches), std::move(*collections), *std::move(route_callers),
                  *std::move(access), *std::move(audit_log), std::move(history), std::move(find)));
  program->reread_ = std::move(reread);
  if (auto started = program->listener_.start(std::move(*sockets)); !started) {
    return std::unexpected(started.error());
  }
  return program;
}

Program::Program(config::Config config, Judges judges, std::unique_ptr<cache::PageCache> cache,
                 const std::optional<policy::ClockMark>& clock, StoredWatches watches,
                 Collections collections, std::vector<Circle> route_callers, AccessControl access,
                 std::unique_ptr<audit::Log> audit_log, ModelHistory model_history,
                 ModelFinder find)
    : config_(std::move(config)),
      collections_(std::move(collections)),
      access_(std::move(access)),
      judges_(std::move(judges)),
      cache_(std::move(cache)),
      clock_(clock),
      async_cache_(io_.get_executor(), *cache_, clock_),
      fetcher_(io_.get_executor(), config_.fetcher.socket, config_.fetcher.reply_bytes_max),
      versions_(io_.get_executor(), config_.model, ModelHistory::file_of(config_),
                std::move(model_history), {std::move(find), load_held}, [this] { model_serves(); }),
      model_(
          io_.get_executor(), config_.model.sequences_max,
          [this](const model::LoadWatch& watch) { return versions_.load_first(watch); },
          [this] { model_changed(); }),
      routes_(io_.get_executor(), config_, std::move(route_callers), model_),
      auditor_(io_.get_executor(), workers_, config_, std::move(audit_log)),
      workers_(io_.get_executor(), worker_threads),
      admission_(config_.daemon.questions_running_max,
                 config_.daemon.queue_max + config_.model.sequences_max,
                 [this] { return model_.waiting() + model_.running() + routes_.at_work(); }),
      gpus_(io_.get_executor(), Nvml::open()),
      flights_(io_.get_executor(), async_cache_, fetcher_, config_, metrics_),
      pages_(async_cache_, flights_),
      answers_(config_.answer.cache_bytes),
      refresher_(io_.get_executor(), async_cache_, pages_, config_.refresh, metrics_, auditor_,
                 std::move(watches)),
      web_search_(io_.get_executor(), fetcher_, config_, clock_),
      embedding_desk_(judges_.embedder
                          ? std::make_unique<EmbeddingDesk>(io_.get_executor(), *judges_.embedder)
                          : nullptr),
      services_{io_.get_executor(),
                config_,
                async_cache_,
                workers_,
                fetcher_,
                model_,
                versions_,
                routes_,
                admission_,
                metrics_,
                flights_,
                pages_,
                answers_,
                refresher_,
                collections_,
                access_.identities(),
                limits_,
                auditor_,
                mcp_sessions_,
                gpus_,
                clock_.now(),
                embedding_desk_.get(),
                &web_search_,
                judges_.reranker ? &judges_.reranker->info() : nullptr},
      question_asker_(services_),
      courier_(io_.get_executor(), fetcher_, refresher_, config_, metrics_),
      listener_(io_.get_executor(), config_.daemon, {access_, metrics_},
                [this](const std::shared_ptr<Exchange>& exchange) { route(services_, exchange); }),
      model_watch_(io_.get_executor(), model_,
                   [this](const model::ModelHealth& health) { health_changed(health); }),
      manager_(io_.get_executor(),
               [this] { return model_watch_.state() != model::ModelState::hung; }),
      signals_(io_, SIGTERM, SIGINT),
      hangup_(io_, SIGHUP),
      grace_(io_),
      purge_(io_) {}

Status Program::run() {
  manager_.started();
  await_signal();
  await_hangup();
  purge_now_and_then();
  if (judges_.embedder) start_embedding();
  gpus_.start();
  refresher_.start(question_asker_);
  courier_.start();
  io_.run();
  if (model_.state() == ModelRunner::State::failed) return std::unexpected(model_.error());
  if (lost_) return std::unexpected(*lost_);
  spdlog::info("stopped");
  return {};
}

void Program::start_embedding() {
  const model::EmbedderInfo& info = judges_.embedder->info();
  spdlog::info("search by meaning: {} ({} dimensions) on {}", info.name, info.dimension,
               info.device);
  embedding_.emplace(
      *cache_,
      [](const Error& error) { spdlog::warn("passages are not embedded: {}", error.message); },
      [](std::size_t passages) { spdlog::info("{} passages embedded", passages); });
}

void Program::model_changed() {
  if (model_.state() == ModelRunner::State::failed) return stop();
  if (model_.state() == ModelRunner::State::loading) {
    spdlog::info("{}: {}", versions_.serving().path.string(), to_string(*model_.loading()));
    manager_.status("reading the model: " + to_string(*model_.loading()));
    return;
  }
  versions_.started(model_);
  model_serves();
  manager_.ready();
  model_watch_.start();
}

void Program::model_serves() {
  const model::ModelInfo& info = model_.model().info();
  metrics_.name_model(info.name);
  if (!info.adapter.empty()) spdlog::info("merged with the adapter {}", info.adapter);
  spdlog::info("ready: {} ({}, {} parameters, {} tokens of context) on {}", info.name,
               info.architecture, info.parameters, info.context_tokens, info.device);
  routes_.local_switched(versions_.serving().knowledge_cutoff);
  model_watch_.switched();
}

// A step that hangs may return; what is lost is lost to this process, and whoever started it starts
// another.
void Program::health_changed(const model::ModelHealth& health) {
  manager_.status(health.reason);
  if (health.state != model::ModelState::lost) return;
  lost_ = {ErrorCode::unavailable, health.reason};
  stop();
}

// The first signal lets running answers finish, the second does not.
void Program::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ ? listener_.close_sessions() : stop();
    await_signal();
  });
}

// Files are read here, on the one I/O thread: they are small, and it is seldom.
void Program::await_hangup() {
  hangup_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    const bool serving = model_.state() == ModelRunner::State::ready && !stopping_;
    if (serving) manager_.reloading();
    const auto fresh = reread_();
    const auto restart = fresh ? access_.reload(*fresh) : std::unexpected(fresh.error());
    if (!restart) {
      spdlog::error("the reload failed, and everything is as before: {}", restart.error().message);
    } else {
      spdlog::info("who may ask was read again");
      auditor_.record("reloaded", {});
      if (*restart) spdlog::warn("more than [access], [tls] and [jwt] has changed: restart seekd");
    }
    if (serving) manager_.ready();
    await_hangup();
  });
}

// Written down by the minute, so that a restart knows how long it was away.
void Program::keep_clock() {
  const auto trust = clock_.read().trust;
  if (trust != std::exchange(clock_trust_, trust)) {
    if (trust == policy::ClockTrust::trusted) spdlog::info("the wall clock is trusted again");
    if (trust != policy::ClockTrust::trusted) {
      spdlog::warn("the wall clock jumped ({}): not trusted until two servers' dates agree with it",
                   to_string(trust));
    }
  }
  if (const auto mark = clock_.mark()) {
    async_cache_.run(
        [mark = *mark](cache::PageCache& cache) { return cache.keep_clock_mark(mark); },
        [](const Status& kept) {
          if (!kept) spdlog::warn("the clock's time is not kept: {}", kept.error().message);
        });
  }
}

void Program::purge_now_and_then() {
  keep_clock();
  purge_.expires_after(purge_interval);
  purge_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    async_cache_.run(
        [](cache::PageCache& cache, TimePoint now) -> Result<std::size_t> {
          const auto purged = cache.purge_expired(now, purge_pages_max);
          return purged ? cache.fit_disk(now) : purged;
        },
        [this](const Result<std::size_t>& purged) {
          if (!purged) spdlog::warn("the cache is not tidied: {}", purged.error().message);
          if (purged && *purged > 0) {
            spdlog::info("{} pages left the cache: it had filled cache.disk_bytes_max", *purged);
          }
          purge_now_and_then();
        });
  });
}

void Program::stop() {
  if (std::exchange(stopping_, true)) return;
  manager_.stopping(config_.daemon.stop_grace);
  versions_.call_off();
  refresher_.stop();
  courier_.stop();
  grace_.expires_after(config_.daemon.stop_grace);
  grace_.async_wait([this](const boost::system::error_code& error) {
    if (!error) listener_.close_sessions();
  });
  listener_.stop([this] { io_.stop(); });
}

}  // namespace seekd::daemon
