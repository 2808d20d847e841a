#include "daemon/api/routes.h"

#include <array>

#include "daemon/api/api_error.h"
#include "daemon/api/handlers.h"

namespace seekd::daemon {
namespace {

struct Route {
  std::string_view method;
  std::string_view path;
  void (*handle)(Services&, const ExchangePtr&);
};

constexpr std::array<Route, 23> routes{{
    {"POST", "/v1/chat/completions", answer_chat},
    {"GET", "/v1/models", list_models},
    {"GET", "/health", report_health},
    {"GET", "/metrics", report_metrics},
    {"POST", "/seekd/v1/fetch", fetch_page},
    {"POST", "/seekd/v1/search", search_passages},
    {"GET", "/seekd/v1/page", show_page},
    {"GET", "/seekd/v1/versions", list_versions},
    {"POST", "/seekd/v1/import", import_page},
    {"GET", "/seekd/v1/watches", list_watches},
    {"POST", "/seekd/v1/watches", add_watch},
    {"GET", "/seekd/v1/watch", show_watch},
    {"POST", "/seekd/v1/watch/remove", remove_watch},
    {"POST", "/seekd/v1/watch/run", run_watch},
    {"GET", "/seekd/v1/status", report_status},
    {"POST", "/seekd/v1/hold", hold_pages},
    {"POST", "/seekd/v1/let-go", let_pages_go},
    {"GET", "/seekd/v1/holds", list_holds},
    {"POST", "/seekd/v1/forget", forget_pages},
    {"POST", "/seekd/v1/cache/verify", verify_cache},
    {"POST", "/seekd/v1/cache/compact", compact_cache},
    {"POST", "/seekd/v1/cache/backup", back_up_cache},
    {"POST", "/seekd/v1/selftest", run_self_test},
}};

}  // namespace

void route(Services& services, const ExchangePtr& exchange) {
  const HttpRequest& request = exchange->request();
  std::string served;
  for (const Route& route : routes) {
    if (route.path != request.path) continue;
    if (route.method == request.method) return route.handle(services, exchange);
    served += (served.empty() ? "" : ", ") + std::string(route.method);
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
