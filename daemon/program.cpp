#include "daemon/program.h"

#include <csignal>
#include <utility>

#include <spdlog/spdlog.h>

#include "cache/rocks_page_cache.h"
#include "daemon/api/routes.h"
#include "fetcher/sandbox.h"
#include "model/torch_model.h"

namespace seekd::daemon {
namespace {

constexpr std::chrono::minutes purge_interval{1};
constexpr std::size_t purge_pages_max = 1000;  // at a time

Status enter_sandbox(const config::Config& config) {
  const auto report = fetcher::enter_daemon_sandbox(config.fetcher.accept_missing);
  if (!report) return std::unexpected(report.error());
  for (const config::SandboxMechanism mechanism : report->missing) {
    spdlog::critical("RUNNING WITHOUT {}, as fetcher.accept_missing allows", to_string(mechanism));
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Program>> Program::create(config::Config config) {
  auto sockets = open_listen_sockets(config.daemon);
  if (!sockets) return std::unexpected(std::move(sockets.error()));
  if (auto entered = enter_sandbox(config); !entered) return std::unexpected(entered.error());
  auto cache = cache::open_rocks_page_cache(config.cache, wall_clock());
  if (!cache) return std::unexpected(std::move(cache.error()));
  std::unique_ptr<Program> program(new Program(std::move(config), std::move(*cache)));
  if (auto started = program->listener_.start(std::move(*sockets)); !started) {
    return std::unexpected(started.error());
  }
  return program;
}

Program::Program(config::Config config, std::unique_ptr<cache::PageCache> cache)
    : config_(std::move(config)),
      cache_(std::move(cache)),
      async_cache_(io_.get_executor(), *cache_),
      fetcher_(io_.get_executor(), config_.fetcher.socket, config_.fetcher.reply_bytes_max),
      model_(
          io_.get_executor(), config_.daemon.queue_max + config_.daemon.questions_running_max,
          [this] { return model::load_torch_model(config_.model); }, [this] { model_loaded(); }),
      admission_(config_.daemon.questions_running_max, config_.daemon.queue_max,
                 [this] { return model_.waiting(); }),
      services_{io_.get_executor(), config_,     async_cache_, fetcher_, model_,
                admission_,         wall_clock()},
      listener_(io_.get_executor(), config_.daemon,
                [this](const std::shared_ptr<Exchange>& exchange) { route(services_, exchange); }),
      manager_(io_.get_executor()),
      signals_(io_, SIGTERM, SIGINT),
      grace_(io_),
      purge_(io_) {}

Status Program::run() {
  manager_.started();
  await_signal();
  purge_now_and_then();
  spdlog::info("listening on {}{}{}", config_.daemon.socket.native(),
               config_.daemon.http_listen.empty() ? "" : " and ", config_.daemon.http_listen);
  io_.run();
  if (model_.state() == ModelRunner::State::failed) return std::unexpected(model_.error());
  spdlog::info("stopped");
  return {};
}

void Program::model_loaded() {
  if (model_.state() == ModelRunner::State::failed) return stop();
  const model::ModelInfo& info = model_.model().info();
  spdlog::info("ready: {} ({}, {} parameters, {} tokens of context) on {}", info.name,
               info.architecture, info.parameters, info.context_tokens, info.device);
  manager_.ready();
}

// The first signal lets running answers finish, the second does not.
void Program::await_signal() {
  signals_.async_wait([this](const boost::system::error_code& error, int) {
    if (error) return;
    stopping_ ? listener_.close_sessions() : stop();
    await_signal();
  });
}

void Program::purge_now_and_then() {
  purge_.expires_after(purge_interval);
  purge_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    async_cache_.run(
        [](cache::PageCache& cache) { return cache.purge_expired(wall_clock(), purge_pages_max); },
        [this](const Result<std::size_t>& purged) {
          if (!purged) spdlog::warn("expired pages stay in the cache: {}", purged.error().message);
          purge_now_and_then();
        });
  });
}

void Program::stop() {
  if (std::exchange(stopping_, true)) return;
  manager_.stopping();
  grace_.expires_after(config_.daemon.stop_grace);
  grace_.async_wait([this](const boost::system::error_code& error) {
    if (!error) listener_.close_sessions();
  });
  listener_.stop([this] { io_.stop(); });
}

}  // namespace seekd::daemon
