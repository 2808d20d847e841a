// GET /health, GET /ready, GET /v1/models, GET /seekd/v1/status.

#include <algorithm>
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
  const model::EmbedderInfo& info = services.embedder->info();
  return {{"name", info.name}, {"dimension", info.dimension}, {"device", info.device}};
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

json::array routes_json(const ModelRoutes& routes) {
  json::array all;
  for (const RouteReading& reading : routes.readings()) {
    const config::RouteConfig& route = reading.route;
    json::object body{{"name", route.name},
                      {"target", route.is_local() ? std::string(config::local_model)
                                                  : route.upstream + '/' + route.model},
                      {"backup", route.backup},
                      {"state", to_string(reading.state)},
                      {"answered", reading.answered},
                      {"failed", reading.failed},
                      {"passed_on", reading.passed_on}};
    if (reading.state != RouteHealth::State::serving) body["reason"] = reading.reason;
    all.push_back(std::move(body));
  }
  return all;
}

// Names are for those who may ask; how many do not serve is for whoever watches.
std::size_t routes_resting(const ModelRoutes& routes) {
  const auto readings = routes.readings();
  return static_cast<std::size_t>(std::ranges::count_if(readings, [](const RouteReading& route) {
    return route.state != RouteHealth::State::serving;
  }));
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

template <class Value>
json::value known(const std::optional<Value>& value) {
  return value ? json::value(*value) : json::value();
}

json::array gpus_json(const std::vector<GpuReading>& gpus) {
  json::array list;
  for (const GpuReading& gpu : gpus) {
    list.push_back({{"number", gpu.number},
                    {"name", gpu.name},
                    {"utilization", known(gpu.utilization)},
                    {"memory_used_bytes", known(gpu.memory_used)},
                    {"memory_total_bytes", known(gpu.memory_total)},
                    {"temperature_celsius", known(gpu.temperature)},
                    {"power_watts", known(gpu.power)}});
  }
  return list;
}

json::value audit_json(const std::optional<Auditor::Reading>& audit) {
  if (!audit) return nullptr;
  return {{"records", audit->records},
          {"missing", audit->missing},
          {"writable", audit->writable},
          {"disk_bytes", audit->disk_bytes}};
}

void respond_with_status(Services& services, const ExchangePtr& exchange,
                         const Result<cache::CacheStatistics>& statistics,
                         const Result<std::string>& fetcher) {
  const json::object body{
      {"version", SEEKD_VERSION},
      {"model", model_json(services.model)},
      {"routes", routes_json(services.routes)},
      {"embedder", embedder_json(services)},
      {"reranker", reranker_json(services)},
      {"cache", cache_json(statistics)},
      {"clock", clock_json(services.cache.clock().read())},
      {"fetcher", fetcher_json(services, fetcher)},
      {"search", providers_json(read_providers(services), ProviderHealth::Clock::now())},
      {"queue", queue_json(services)},
      {"gpus", gpus_json(services.gpus.latest(std::chrono::steady_clock::now()))},
      {"audit", audit_json(services.auditor.read())},
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
  json::object health = health_json(services.model, "status");
  if (!services.config.routes.empty()) health["routes_resting"] = routes_resting(services.routes);
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
  const auto add = [&](const std::string& name) {
    models.push_back({{"id", name},
                      {"object", "model"},
                      {"created", services.started.time_since_epoch().count()},
                      {"owned_by", "seekd"}});
  };
  if (services.model.state() == ModelRunner::State::ready) {
    add(services.model.model().info().name);
    for (const std::string& name : services.routes.names_for(exchange->caller())) add(name);
  }
  if (services.embedder != nullptr) add(services.embedder->info().name);
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
