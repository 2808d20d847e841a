#include "daemon/api/openapi_document.h"

#include <array>
#include <utility>

#include <boost/json.hpp>

namespace seekd::daemon {
namespace {

namespace json = boost::json;

// What stands in docs/api.md under the rules that hold everywhere.
constexpr std::array<std::string_view, 9> errors_everywhere{"400", "401", "403", "404", "413",
                                                            "429", "431", "500", "503"};

void add_errors(json::object& path) {
  for (auto& [method, operation] : path) {
    json::object& responses = operation.at("responses").as_object();
    for (const std::string_view status : errors_everywhere) {
      // emplace() leaves what is there.
      responses.emplace(status, json::object{{"$ref", "#/components/responses/Error"}});
    }
  }
}

}  // namespace

std::string openapi_document() {
  const auto parts = openapi_parts();
  json::object document = json::parse(parts.front()).as_object();
  document["info"].as_object()["version"] = SEEKD_VERSION;
  json::object& paths = document["paths"].as_object();
  json::object& schemas = document["components"].as_object()["schemas"].as_object();
  for (const std::string_view text : parts.subspan(1)) {
    json::object part = json::parse(text).as_object();
    for (auto& [name, path] : part["paths"].as_object()) {
      add_errors(path.as_object());
      paths[name] = std::move(path);
    }
    for (auto& [name, schema] : part["schemas"].as_object()) schemas[name] = std::move(schema);
  }
  return json::serialize(document);
}

}  // namespace seekd::daemon
