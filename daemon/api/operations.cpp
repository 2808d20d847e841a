// GET /health, GET /v1/models, GET /seekd/v1/status.

#include <memory>
#include <utility>

#include <boost/asio/error.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/json.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::chrono::seconds retry_after{2};

std::string_view state_name(ModelRunner::State state) {
  switch (state) {
    case ModelRunner::State::loading:
      return "loading";
    case ModelRunner::State::ready:
      return "ok";
    case ModelRunner::State::failed:
      return "failed";
  }
  return "failed";
}

json::object model_json(const ModelRunner& runner) {
  json::object body{{"state", state_name(runner.state())}};
  if (runner.state() != ModelRunner::State::ready) return body;
  const model::ModelInfo& info = runner.model().info();
  body["name"] = info.name;
  body["architecture"] = info.architecture;
  body["device"] = info.device;
  body["parameters"] = info.parameters;
  body["context_tokens"] = info.context_tokens;
  return body;
}

json::object cache_json(const Result<cache::CacheStatistics>& statistics) {
  if (!statistics) return {{"error", statistics.error().message}};
  return {{"pages", statistics->pages},
          {"versions", statistics->versions},
          {"blocks", statistics->blocks},
          {"passages", statistics->passages},
          {"disk_bytes", statistics->disk_bytes},
          {"bloom_negative_answers", statistics->bloom_negative_answers}};
}

json::object queue_json(const Services& services) {
  return {{"waiting", services.admission.waiting()},
          {"looking_up", services.admission.running()},
          {"waiting_for_model", services.model.waiting()},
          {"generating", services.model.running() ? 1 : 0}};
}

// The fetcher is there when something listens behind its socket.
bool reachable(const Services& services) {
  boost::asio::local::stream_protocol::socket socket(services.executor);
  boost::system::error_code error;
  socket.open({}, error);
  socket.non_blocking(true, error);
  socket.connect(services.config.fetcher.socket.native(), error);
  // would_block: its queue is full, so it is there.
  return !error || error == boost::asio::error::would_block;
}

}  // namespace

void report_health(Services& services, const ExchangePtr& exchange) {
  HttpResponse response;
  response.body = json::serialize(json::object{{"status", state_name(services.model.state())}});
  if (services.model.state() != ModelRunner::State::ready) {
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
                       const json::object body{
                           {"version", SEEKD_VERSION},
                           {"model", model_json(services.model)},
                           {"cache", cache_json(statistics)},
                           {"fetcher",
                            {{"socket", services.config.fetcher.socket.native()},
                             {"reachable", reachable(services)}}},
                           {"queue", queue_json(services)},
                           {"uptime_s", (wall_clock() - services.started).count()}};
                       HttpResponse response;
                       response.body = json::serialize(body);
                       exchange->respond(std::move(response));
                     });
}

}  // namespace seekd::daemon
