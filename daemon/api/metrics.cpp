// GET /metrics, for Prometheus. docs/operations/README.md lists what it holds.

#include <algorithm>
#include <utility>

#include "daemon/api/handlers.h"
#include "daemon/api/search_json.h"
#include "daemon/metrics/exposition.h"

namespace seekd::daemon {
namespace {

constexpr std::chrono::milliseconds fetcher_timeout{1000};  // of its status

std::optional<ModelReadings> read_model(const ModelRunner& runner) {
  if (runner.state() != ModelRunner::State::ready) return std::nullopt;
  return ModelReadings{.name = runner.model().info().name,
                       .running = runner.running(),
                       .waiting = runner.waiting(),
                       .kv = runner.model().kv_memory(),
                       .speculation = runner.model().speculation(),
                       .health = runner.model().health(std::chrono::steady_clock::now()).state,
                       .failures = runner.model().step_failures()};
}

RefreshReadings read_refresh(const Scheduler& scheduler, const AnswerBook& answers, TimePoint now) {
  const RefreshLedger today = scheduler.ledger(now);
  const auto failing = std::ranges::count_if(scheduler.watches(), [](const auto& numbered) {
    return numbered.second.failures_in_row > 0;
  });
  const auto questions = std::ranges::count_if(scheduler.watches(), [](const auto& numbered) {
    return numbered.second.question.has_value();
  });
  return {.watches = scheduler.watches().size(),
          .running = scheduler.running_count(),
          .failing = static_cast<std::size_t>(failing),
          .overdue = scheduler.overdue(now),
          .pages_today = today.pages,
          .wire_bytes_today = today.wire_bytes,
          .answers_today = today.answers,
          .questions = static_cast<std::size_t>(questions),
          .notices_pending = answers.pending()};
}

void respond_with_metrics(Services& services, const ExchangePtr& exchange,
                          const Result<cache::CacheStatistics>& cache,
                          const Result<std::string>& fetcher) {
  const policy::TrustedClock::Reading clock = services.cache.clock().read();
  Readings readings{.started = services.started,
                    .uptime = clock.now - services.started,
                    .clock = clock.trust,
                    .model = read_model(services.model),
                    .questions_waiting = services.admission.waiting(),
                    .questions_looking_up = services.admission.running(),
                    .cache = std::nullopt,
                    .fetcher = std::nullopt,
                    .refresh = read_refresh(services.refresher.scheduler(),
                                            services.refresher.answers(), wall_clock()),
                    .providers = read_providers(services),
                    .routes = services.routes.readings(),
                    .gpus = services.gpus.latest(std::chrono::steady_clock::now()),
                    .audit = services.auditor.read(),
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
