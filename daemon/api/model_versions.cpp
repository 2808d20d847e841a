// POST /seekd/v1/model/use, POST /seekd/v1/model/rollback, GET /seekd/v1/model/versions: which
// local model serves.

#include <string>
#include <utility>

#include <boost/json.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/time_text.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

json::array versions_json(const ModelVersions& versions) {
  json::array list;
  if (const auto& loading = versions.loading()) {
    json::object body{{"state", "loading"}, {"name", nullptr}, {"path", loading->path.string()}};
    body["since"] = nullptr;
    if (loading->report) {
      body["bytes_read"] = loading->report->bytes_read;
      body["bytes_total"] = loading->report->bytes_total;
    }
    list.push_back(std::move(body));
  }
  for (const ModelVersion& version : versions.versions()) {
    const bool serves = &version == &versions.versions().front();
    list.push_back({{"state", serves ? "serving" : "kept"},
                    {"name", version.name},
                    {"path", version.path.string()},
                    {"since", format_time(version.since)}});
  }
  return list;
}

void respond(const ModelVersions& versions, const ExchangePtr& exchange) {
  HttpResponse response;
  response.body =
      json::serialize(json::object{{"versions", versions_json(versions)},
                                   {"finishing", json::value_from(versions.finishing())},
                                   {"configured", versions.configured().string()}});
  exchange->respond(std::move(response));
}

ModelVersions::OnDone reply(Services& services, const ExchangePtr& exchange) {
  return [&services, exchange](const Status& switched) {
    if (switched) {
      exchange->log().outcome = "switched";
      exchange->log().audited["model"] = services.model.model().info().name;
      return respond(services.versions, exchange);
    }
    ApiError error = to_api_error(switched.error());
    if (switched.error().code == ErrorCode::busy) {
      error = {409, "switch_under_way", error.message, "", std::nullopt};
    }
    // A file that the caller has named, and nothing of seekd's own.
    if (switched.error().code == ErrorCode::corrupt) error.status = 400;
    exchange->log().outcome = error.code;
    exchange->respond(to_response(error));
  };
}

}  // namespace

void use_model(Services& services, const ExchangePtr& exchange) {
  const auto object = parse_object(exchange->request().body);
  if (!object) return exchange->respond(to_response(object.error()));
  Fields fields(*object, "");
  const auto model = fields.text("model");
  const bool configured = fields.flag("configured").value_or(false);
  if (configured ? model.has_value() : !model || model->empty()) {
    fields.reject("model", "invalid_value",
                  "or \"configured\": true says which one: a model's name, or its absolute path");
  }
  if (const auto error = fields.finish()) return exchange->respond(to_response(*error));
  exchange->log().audited["asked_for"] = configured ? "the configured model" : *model;
  if (configured) return services.versions.use_configured(reply(services, exchange));
  services.versions.use(*model, reply(services, exchange));
}

void roll_back_model(Services& services, const ExchangePtr& exchange) {
  services.versions.roll_back(reply(services, exchange));
}

void list_model_versions(Services& services, const ExchangePtr& exchange) {
  respond(services.versions, exchange);
}

}  // namespace seekd::daemon
