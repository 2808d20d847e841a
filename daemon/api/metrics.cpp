// GET /metrics, for Prometheus. docs/operations/README.md lists what it holds.

#include <utility>

#include "daemon/api/handlers.h"
#include "daemon/metrics/exposition.h"

namespace seekd::daemon {
namespace {

constexpr std::chrono::milliseconds fetcher_timeout{1000};  // of its status

std::optional<ModelReadings> read_model(const ModelRunner& runner) {
  if (runner.state() != ModelRunner::State::ready) return std::nullopt;
  return ModelReadings{.name = runner.model().info().name,
                       .running = runner.running() ? 1U : 0U,
                       .waiting = runner.waiting(),
                       .prefixes = runner.model().prefix_memory()};
}

void respond_with_metrics(Services& services, const ExchangePtr& exchange,
                          const Result<cache::CacheStatistics>& cache,
                          const Result<std::string>& fetcher) {
  Readings readings{.started = services.started,
                    .uptime = wall_clock() - services.started,
                    .model = read_model(services.model),
                    .questions_waiting = services.admission.waiting(),
                    .questions_looking_up = services.admission.running(),
                    .cache = std::nullopt,
                    .fetcher = std::nullopt,
                    .process = read_process()};
  if (cache) readings.cache = *cache;
  if (fetcher) readings.fetcher = read_fetcher_status(*fetcher);
  HttpResponse response;
  response.content_type = exposition_type;
  response.body = exposition(services.metrics, readings);
  exchange->respond(std::move(response));
}

}  // namespace

void report_metrics(Services& services, const ExchangePtr& exchange) {
  services.cache.run([](cache::PageCache& cache) { return cache.statistics(); },
                     [&services, exchange](const Result<cache::CacheStatistics>& cache) {
                       services.fetcher.status(
                           fetcher_timeout,
                           [&services, exchange, cache](const Result<std::string>& fetcher) {
                             respond_with_metrics(services, exchange, cache, fetcher);
                           });
                     });
}

}  // namespace seekd::daemon
