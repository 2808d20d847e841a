// GET /health, GET /ready, GET /v1/models, GET /seekd/v1/status.

#include <memory>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/handlers.h"
#include "daemon/api/search_json.h"
#include "daemon/api/watch_json.h"
#include "daemon/time_text.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds retry_after{2};
constexpr std::chrono::milliseconds fetcher_timeout{1000};  // of its status

// "ok", or what it is instead, and why.
json::object health_json(const ModelRunner& runner, std::string_view key) {
  using State = ModelRunner::State;
  if (runner.state() == State::loading) return {{key, "loading"}};
  if (runner.state() == State::failed) {
    return {{key, "failed"}, {"reason", runner.error().message}};
  }
  const model::ModelHealth health = runner.model().health(std::chrono::steady_clock::now());
  json::object body{{key, to_string(health.state)}};
  if (health.state != model::ModelState::healthy) body["reason"] = health.reason;
  return body;
}

json::object model_json(const ModelRunner& runner) {
  json::object body = health_json(runner, "state");
  if (runner.state() == ModelRunner::State::loading && runner.loading()) {
    const LoadReport& report = *runner.loading();
    body["bytes_read"] = report.bytes_read;
    body["bytes_total"] = report.bytes_total;
    body["bytes_per_s"] = report.bytes_per_s;
    body["seconds_left"] = report.left.count();
  }
  if (runner.state() != ModelRunner::State::ready) return body;
  const model::ModelInfo& info = runner.model().info();
  body["name"] = info.name;
  body["adapter"] = info.adapter.empty() ? json::value() : json::value(info.adapter);
  body["architecture"] = info.architecture;
  body["device"] = info.device;
  body["parameters"] = info.parameters;
  body["context_tokens"] = info.context_tokens;
  const model::StepFailures failures = runner.model().step_failures();
  body["failed_steps"] = {{"out_of_memory", failures.out_of_memory},
                          {"error", failures.errors},
                          {"hang", failures.hangs}};
  body["recoveries"] = failures.recovered;
  return body;
}

json::object cache_json(const Result<cache::CacheStatistics>& statistics) {
  if (!statistics) return {{"error", statistics.error().message}};
  json::object families;
  for (const auto& family : statistics->families) {
    families[family.name] = {{"records", family.records}, {"bytes", family.bytes}};
  }
  return {{"pages", statistics->pages},
          {"versions", statistics->versions},
          {"blocks", statistics->blocks},
          {"passages", statistics->passages},
          {"vectors", statistics->vectors},
          {"passages_waiting", statistics->passages_waiting},
          {"vectors_device_bytes", statistics->vectors_device_bytes},
          {"disk_bytes", statistics->disk_bytes},
          {"bloom_negative_answers", statistics->bloom_negative_answers},
          {"writable", statistics->writable},
          {"holds", statistics->holds},
          {"families", std::move(families)}};
}

json::value embedder_json(const Services& services) {
  if (services.embedder == nullptr) return nullptr;
  return {{"name", services.embedder->name},
          {"dimension", services.embedder->dimension},
          {"device", services.embedder->device}};
}

json::value reranker_json(const Services& services) {
  if (services.reranker == nullptr) return nullptr;
  return {{"name", services.reranker->name},
          {"device", services.reranker->device},
          {"candidates", services.config.reranker.candidates}};
}

json::object queue_json(const Services& services) {
  return {{"waiting", services.admission.waiting()},
          {"looking_up", services.admission.running()},
          {"waiting_for_model", services.model.waiting()},
          {"generating", services.model.running()}};
}

// What the fetcher says of itself: counts of its verdicts, its policy, its sandbox.
json::object fetcher_json(const Services& services, const Result<std::string>& status) {
  json::object body{{"socket", services.config.fetcher.socket.native()},
                    {"reachable", status.has_value()}};
  if (!status) return body;
  json::error_code error;
  json::value parsed = json::parse(*status, error);
  if (!error && parsed.is_object()) body["status"] = std::move(parsed);
  return body;
}

json::object clock_json(const policy::TrustedClock::Reading& clock) {
  return {{"trust", to_string(clock.trust)}, {"now", format_time(clock.now)}};
}

void respond_with_status(Services& services, const ExchangePtr& exchange,
                         const Result<cache::CacheStatistics>& statistics,
                         const Result<std::string>& fetcher) {
  const json::object body{
      {"version", SEEKD_VERSION},
      {"model", model_json(services.model)},
      {"embedder", embedder_json(services)},
      {"reranker", reranker_json(services)},
      {"cache", cache_json(statistics)},
      {"clock", clock_json(services.cache.clock().read())},
      {"fetcher", fetcher_json(services, fetcher)},
      {"search", providers_json(read_providers(services), ProviderHealth::Clock::now())},
      {"queue", queue_json(services)},
      {"refresh",
       refresh_json(services.refresher.scheduler(), services.config.refresh, wall_clock())},
      {"uptime_s", (services.cache.clock().now() - services.started).count()}};
  HttpResponse response;
  response.body = json::serialize(body);
  exchange->respond(std::move(response));
}

}  // namespace

void report_health(Services& services, const ExchangePtr& exchange) {
  HttpResponse response;
  const json::object health = health_json(services.model, "status");
  response.body = json::serialize(health);
  if (health.at("status") != "ok") {
    response.status = 503;
    response.retry_after = retry_after;
  }
  exchange->respond(std::move(response));
}

// Of the next question: would it be taken?
void report_ready(Services& services, const ExchangePtr& exchange) {
  const bool room = services.admission.has_room();
  json::object body = health_json(services.model, "model");
  const bool ready = room && body.at("model") == "ok";
  body["ready"] = ready;
  body["queue"] = room ? "open" : "full";
  HttpResponse response;
  response.body = json::serialize(body);
  if (!ready) {
    response.status = 503;
    response.retry_after = retry_after;
  }
  exchange->respond(std::move(response));
}

void list_models(Services& services, const ExchangePtr& exchange) {
  json::array models;
  if (services.model.state() == ModelRunner::State::ready) {
    models.push_back({{"id", services.model.model().info().name},
                      {"object", "model"},
                      {"created", services.started.time_since_epoch().count()},
                      {"owned_by", "seekd"}});
  }
  HttpResponse response;
  response.body = json::serialize(json::object{{"object", "list"}, {"data", std::move(models)}});
  exchange->respond(std::move(response));
}

void report_status(Services& services, const ExchangePtr& exchange) {
  services.cache.run([](cache::PageCache& cache) { return cache.statistics(); },
                     [&services, exchange](const Result<cache::CacheStatistics>& statistics) {
                       services.fetcher.status(
                           fetcher_timeout,
                           [&services, exchange, statistics](const Result<std::string>& fetcher) {
                             respond_with_status(services, exchange, statistics, fetcher);
                           });
                     });
}

}  // namespace seekd::daemon
