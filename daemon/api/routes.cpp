#include "daemon/api/routes.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

// What a request may carry; the handler reads it, and refuses what it does not know of it. Where
// it carries nothing, an empty object is nothing too.
enum class Input : std::uint8_t { nothing, parameters, body };

// What a caller must be allowed to before it is asked what it wants.
enum class Needs : std::uint8_t {
  nothing,  // the handler judges, by what the request names
  web,      // it may read the web: what the handler shows is of it
};

struct Route {
  std::string_view method;
  std::string_view path;
  Input input;
  Needs needs;
  void (*handle)(Services&, const ExchangePtr&);
};

constexpr std::array<Route, 27> routes{{
    {"POST", "/v1/chat/completions", Input::body, Needs::nothing, answer_chat},
    {"GET", "/v1/models", Input::nothing, Needs::nothing, list_models},
    {"GET", "/health", Input::nothing, Needs::nothing, report_health},
    {"GET", "/metrics", Input::nothing, Needs::nothing, report_metrics},
    {"POST", "/seekd/v1/decide", Input::body, Needs::nothing, decide_question},
    {"POST", "/seekd/v1/fetch", Input::body, Needs::web, fetch_page},
    {"POST", "/seekd/v1/search", Input::body, Needs::nothing, search_passages},
    {"POST", "/seekd/v1/search/web", Input::body, Needs::web, search_web},
    {"GET", "/seekd/v1/page", Input::parameters, Needs::nothing, show_page},
    {"GET", "/seekd/v1/versions", Input::parameters, Needs::nothing, list_versions},
    {"POST", "/seekd/v1/import", Input::body, Needs::nothing, import_page},
    {"GET", "/seekd/v1/pages", Input::parameters, Needs::nothing, list_pages},
    {"POST", "/seekd/v1/remove", Input::body, Needs::nothing, remove_pages},
    {"GET", "/seekd/v1/watches", Input::nothing, Needs::web, list_watches},
    {"POST", "/seekd/v1/watches", Input::body, Needs::web, add_watch},
    {"GET", "/seekd/v1/watch", Input::parameters, Needs::web, show_watch},
    {"POST", "/seekd/v1/watch/remove", Input::body, Needs::web, remove_watch},
    {"POST", "/seekd/v1/watch/run", Input::body, Needs::web, run_watch},
    {"GET", "/seekd/v1/status", Input::nothing, Needs::nothing, report_status},
    {"POST", "/seekd/v1/hold", Input::body, Needs::nothing, hold_pages},
    {"POST", "/seekd/v1/let-go", Input::body, Needs::nothing, let_pages_go},
    {"GET", "/seekd/v1/holds", Input::nothing, Needs::nothing, list_holds},
    {"POST", "/seekd/v1/forget", Input::body, Needs::nothing, forget_pages},
    {"POST", "/seekd/v1/cache/verify", Input::nothing, Needs::nothing, verify_cache},
    {"POST", "/seekd/v1/cache/compact", Input::nothing, Needs::nothing, compact_cache},
    {"POST", "/seekd/v1/cache/backup", Input::body, Needs::nothing, back_up_cache},
    {"POST", "/seekd/v1/selftest", Input::nothing, Needs::nothing, run_self_test},
}};

std::optional<ApiError> unread(const HttpRequest& request, Input input) {
  if (input != Input::parameters && !request.query.empty()) {
    const std::string& name = request.query.front().first;
    return ApiError{400, "unknown_field", "'" + name + "' is no parameter here: there are none",
                    name, std::nullopt};
  }
  if (input == Input::body || request.body.empty()) return std::nullopt;
  // Clients that always send JSON send an empty object.
  const auto object = parse_object(request.body);
  if (!object) {
    return ApiError{400, "unknown_field", "this request has no body", "", std::nullopt};
  }
  return Fields(*object, "").finish();
}

}  // namespace

void route(Services& services, const ExchangePtr& exchange) {
  const HttpRequest& request = exchange->request();
  // RFC 9110 §9.3.2: the content is left out where the reply is written.
  std::string_view method = request.method;
  if (method == "HEAD") method = "GET";
  std::string served;
  for (const Route& route : routes) {
    if (route.path != request.path) continue;
    if (route.method == method) {
      if (const auto error = unread(request, route.input)) {
        return exchange->respond(to_response(*error));
      }
      if (route.needs == Needs::web &&
          !services.collections.may_read(exchange->peer(), policy::web_collection)) {
        return exchange->respond(
            to_response({403, "not_allowed", "you may not read the web (its table [[collection]])",
                         "", std::nullopt}));
      }
      return route.handle(services, exchange);
    }
    served += (served.empty() ? "" : ", ") +
              std::string(route.method == "GET" ? "GET, HEAD" : route.method);
  }
  if (served.empty()) {
    return exchange->respond(
        to_response({404, "not_found", "nothing is served at this path", "", std::nullopt}));
  }
  HttpResponse response = to_response(
      {405, "method_not_allowed", "this path is served to " + served, "", std::nullopt});
  response.allow = served;
  exchange->respond(std::move(response));
}

}  // namespace seekd::daemon
