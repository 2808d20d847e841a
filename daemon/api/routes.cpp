#include "daemon/api/routes.h"

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/browser_guard.h"
#include "policy/collection.h"
#include "policy/rights.h"

namespace seekd::daemon {
namespace {

// What a request may carry; the handler reads it, and refuses what it does not know of it. Where
// it carries nothing, an empty object is nothing too.
enum class Input : std::uint8_t {
  nothing,
  parameters,
  body,
  messages,  // a body whose messages are requests of their own, and counted as such
};

// What of the memory a caller must be allowed to before it is asked what it wants.
enum class Needs : std::uint8_t {
  nothing,  // the handler judges, by what the request names
  web,      // it may read the web: what the handler shows is of it
};

using policy::Right;

// Who is served: callers with one of these rights; where there are none, everyone, and who asks is
// not asked.
class Served {
 public:
  constexpr Served(Right right) : rights_{right} {}
  constexpr Served(std::initializer_list<Right> rights) : rights_(rights) {}

  constexpr bool everyone() const { return rights_ == policy::Rights(); }
  constexpr bool by(Right right) const { return rights_ == policy::Rights{right}; }

  bool may(const policy::Rights& rights) const {
    for (std::size_t number = 0; number < policy::rights_count; ++number) {
      const auto right = static_cast<Right>(number);
      if (rights_.has(right) && rights.has(right)) return true;
    }
    return everyone();
  }

  std::string names() const {
    std::string names;
    for (std::size_t number = 0; number < policy::rights_count; ++number) {
      const auto right = static_cast<Right>(number);
      if (!rights_.has(right)) continue;
      names.append(names.empty() ? "\"" : " or \"").append(to_string(right)).append("\"");
    }
    return names;
  }

 private:
  policy::Rights rights_;
};
constexpr Served everyone{};
constexpr Served tool_rights{Right::ask, Right::search, Right::show, Right::fetch};

struct Route {
  std::string_view method;
  std::string_view path;
  Served served;
  Input input;
  Needs needs;
  Uses uses;
  void (*handle)(Services&, const ExchangePtr&);
};

constexpr std::array<Route, 42> routes{{
    {"POST", "/v1/chat/completions", Right::ask, Input::body, Needs::nothing, Uses::model,
     answer_chat},
    {"POST", "/v1/completions", Right::ask, Input::body, Needs::nothing, Uses::model,
     complete_texts},
    {"POST", "/v1/responses", Right::ask, Input::body, Needs::nothing, Uses::model,
     create_response},
    {"POST", "/v1/embeddings", Right::ask, Input::body, Needs::nothing, Uses::model, embed_texts},
    {"GET", "/v1/models", Right::ask, Input::nothing, Needs::nothing, Uses::nothing, list_models},
    {"GET", "/openapi.json", Right::ask, Input::nothing, Needs::nothing, Uses::nothing,
     show_openapi},
    {"GET", "/health", everyone, Input::nothing, Needs::nothing, Uses::nothing, report_health},
    {"GET", "/ready", Right::observe, Input::nothing, Needs::nothing, Uses::nothing, report_ready},
    {"GET", "/metrics", Right::observe, Input::nothing, Needs::nothing, Uses::nothing,
     report_metrics},
    {"POST", "/seekd/v1/decide", Right::ask, Input::body, Needs::nothing, Uses::model,
     decide_question},
    {"POST", "/seekd/v1/fetch", Right::fetch, Input::body, Needs::web, Uses::door, fetch_page},
    {"POST", "/seekd/v1/search", Right::search, Input::body, Needs::nothing, Uses::nothing,
     search_passages},
    {"POST", "/seekd/v1/search/web", Right::fetch, Input::body, Needs::web, Uses::door, search_web},
    {"GET", "/search", Right::search, Input::parameters, Needs::web, Uses::nothing,
     search_as_searxng},
    {"GET", "/", Right::search, Input::parameters, Needs::web, Uses::nothing, search_as_searxng},
    {"POST", "/api/web_search", Right::search, Input::body, Needs::web, Uses::nothing,
     answer_web_search},
    {"POST", "/api/web_fetch", Right::fetch, Input::body, Needs::web, Uses::nothing,
     answer_web_fetch},
    {"POST", "/mcp", tool_rights, Input::messages, Needs::nothing, Uses::nothing, answer_mcp},
    {"DELETE", "/mcp", tool_rights, Input::nothing, Needs::nothing, Uses::nothing, end_mcp_session},
    {"GET", "/seekd/v1/page", Right::show, Input::parameters, Needs::nothing, Uses::nothing,
     show_page},
    {"GET", "/seekd/v1/versions", Right::show, Input::parameters, Needs::nothing, Uses::nothing,
     list_versions},
    {"POST", "/seekd/v1/import", Right::import, Input::body, Needs::nothing, Uses::nothing,
     import_page},
    {"GET", "/seekd/v1/pages", Right::import, Input::parameters, Needs::nothing, Uses::nothing,
     list_pages},
    {"POST", "/seekd/v1/remove", Right::import, Input::body, Needs::nothing, Uses::nothing,
     remove_pages},
    {"GET", "/seekd/v1/watches", Right::watch, Input::nothing, Needs::web, Uses::nothing,
     list_watches},
    {"POST", "/seekd/v1/watches", Right::watch, Input::body, Needs::web, Uses::door, add_watch},
    {"GET", "/seekd/v1/watch", Right::watch, Input::parameters, Needs::web, Uses::nothing,
     show_watch},
    {"POST", "/seekd/v1/watch/remove", Right::watch, Input::body, Needs::web, Uses::nothing,
     remove_watch},
    {"POST", "/seekd/v1/watches/follow", Right::watch, Input::body, Needs::web, Uses::nothing,
     follow_watches},
    {"POST", "/seekd/v1/watch/run", Right::watch, Input::body, Needs::web, Uses::door, run_watch},
    {"GET", "/seekd/v1/status", Right::observe, Input::nothing, Needs::nothing, Uses::nothing,
     report_status},
    {"POST", "/seekd/v1/hold", Right::forget, Input::body, Needs::nothing, Uses::nothing,
     hold_pages},
    {"POST", "/seekd/v1/let-go", Right::forget, Input::body, Needs::nothing, Uses::nothing,
     let_pages_go},
    {"GET", "/seekd/v1/holds", Right::review, Input::nothing, Needs::nothing, Uses::nothing,
     list_holds},
    {"POST", "/seekd/v1/forget", Right::forget, Input::body, Needs::nothing, Uses::nothing,
     forget_pages},
    {"POST", "/seekd/v1/cache/verify", Right::maintain, Input::nothing, Needs::nothing,
     Uses::nothing, verify_cache},
    {"POST", "/seekd/v1/cache/compact", Right::maintain, Input::nothing, Needs::nothing,
     Uses::nothing, compact_cache},
    {"POST", "/seekd/v1/cache/backup", Right::maintain, Input::body, Needs::nothing, Uses::nothing,
     back_up_cache},
    {"GET", "/seekd/v1/model/versions", Right::observe, Input::nothing, Needs::nothing,
     Uses::nothing, list_model_versions},
    {"POST", "/seekd/v1/model/use", Right::maintain, Input::body, Needs::nothing, Uses::nothing,
     use_model},
    {"POST", "/seekd/v1/model/rollback", Right::maintain, Input::nothing, Needs::nothing,
     Uses::nothing, roll_back_model},
    {"POST", "/seekd/v1/selftest", Right::maintain, Input::nothing, Needs::nothing, Uses::nothing,
     run_self_test},
}};

std::optional<ApiError> unread(const HttpRequest& request, Input input) {
  if (input != Input::parameters && !request.query.empty()) {
    const std::string& name = request.query.front().first;
    return ApiError{400, "unknown_field", "'" + name + "' is no parameter here: there are none",
                    name, std::nullopt};
  }
  if (input == Input::body || input == Input::messages || request.body.empty()) {
    return std::nullopt;
  }
  // Clients that always send JSON send an empty object.
  const auto object = parse_object(request.body);
  if (!object) {
    return ApiError{400, "unknown_field", "this request has no body", "", std::nullopt};
  }
  return Fields(*object, "").finish();
}

// A page in a browser has no key, and must not have what its user has without one.
std::optional<ApiError> foreign_page(const Services& services, const Exchange& exchange) {
  const HttpRequest& request = exchange.request();
  if (exchange.connection().transport != Transport::tcp || !request.authorization.empty()) {
    return std::nullopt;
  }
  const HostName name =
      services.identities.known_by_proof() ? HostName::any_name : HostName::judged;
  auto why = refused_origin(request.host, request.origin, name);
  if (!why) return std::nullopt;
  return ApiError{403, "origin_denied", *std::move(why), "", std::nullopt};
}

// Which route serves the request; where none does, the other methods of its path.
struct Choice {
  const Route* route = nullptr;
  std::string served;
};

Choice choose(const HttpRequest& request) {
  // RFC 9110 §9.3.2: the content is left out where the reply is written.
  std::string_view method = request.method;
  if (method == "HEAD") method = "GET";
  Choice choice;
  for (const Route& route : routes) {
    if (route.path != request.path) continue;
    if (route.method == method) return {&route, ""};
    choice.served += (choice.served.empty() ? "" : ", ") +
                     std::string(route.method == "GET" ? "GET, HEAD" : route.method);
  }
  return choice;
}

// Why the caller is not served that route, or nullopt.
std::optional<ApiError> forbidden(const Services& services, const Caller& caller,
                                  const Route& route) {
  if (!route.served.may(caller.rights)) {
    return ApiError{
        403, "not_allowed",
        "this takes the right " + route.served.names() + ", which none of your roles has", "",
        std::nullopt};
  }
  if (route.needs == Needs::web && !services.collections.may_read(caller, policy::web_collection)) {
    return ApiError{403, "not_allowed", "you may not read the web (its table [[collection]])", "",
                    std::nullopt};
  }
  return std::nullopt;
}

void refuse(Services& services, Exchange& exchange, const ApiError& error) {
  services.metrics.refused(error.code);
  exchange.log().outcome = error.code;
  // RFC 9110 §11.6.1
  if (error.status == 401) exchange.add_header("WWW-Authenticate", "Bearer realm=\"seekd\"");
  exchange.respond(to_response(error));
}

void refuse(Services& services, Exchange& exchange, const Limits::Refusal& refusal) {
  services.metrics.refused(refusal.reason);
  exchange.log().outcome = refusal.reason;
  for (const auto& [name, value] : refusal.headers) exchange.add_header(name, value);
  exchange.respond(to_response(refusal.error));
}

// Counts the request; false: the caller has had what he may have, and is told so.
bool admit(Services& services, Exchange& exchange, Uses uses) {
  auto admitted = services.limits.admit(exchange.caller(), uses, std::chrono::steady_clock::now());
  if (!admitted) {
    refuse(services, exchange, admitted.error());
    return false;
  }
  for (const auto& [name, value] : admitted->headers) exchange.add_header(name, value);
  exchange.keep(std::move(admitted->place));
  return true;
}

void respond_unserved(Exchange& exchange, const std::string& served) {
  if (served.empty()) {
    return exchange.respond(
        to_response({404, "not_found", "nothing is served at this path", "", std::nullopt}));
  }
  HttpResponse response = to_response(
      {405, "method_not_allowed", "this path is served to " + served, "", std::nullopt});
  response.allow = served;
  exchange.respond(std::move(response));
}

// What only asks how seekd is would fill the log every few seconds.
bool is_audited(const Route* route) {
  return route == nullptr || !(route->served.everyone() || route->served.by(Right::observe));
}

// Follows the request in the audit log; false: it cannot, and the caller is told so.
bool audit(Services& services, const ExchangePtr& exchange, const Route* route) {
  if (!is_audited(route)) return true;
  if (!services.auditor.may_go_on()) {
    refuse(services, *exchange,
           ApiError{503, "audit_unwritable",
                    "the audit log cannot be written, so nothing is answered"
                    " (audit.when_unwritable)",
                    "", std::nullopt});
    return false;
  }
  services.auditor.follow(exchange);
  return true;
}

// Of a caller who is known, where the route asks who he is.
void serve(Services& services, const ExchangePtr& exchange, const Choice& choice) {
  if (choice.route == nullptr) return respond_unserved(*exchange, choice.served);
  const Route& route = *choice.route;
  if (const auto error = forbidden(services, exchange->caller(), route)) {
    return refuse(services, *exchange, *error);
  }
  if (const auto error = unread(exchange->request(), route.input)) {
    return exchange->respond(to_response(*error));
  }
  const bool counted = !route.served.everyone() && route.input != Input::messages;
  if (counted && !admit(services, *exchange, route.uses)) return;
  route.handle(services, exchange);
}

}  // namespace

void route(Services& services, const ExchangePtr& exchange) {
  const HttpRequest& request = exchange->request();
  const Choice choice = choose(request);
  if (!audit(services, exchange, choice.route)) return;
  if (const auto error = foreign_page(services, *exchange)) {
    return refuse(services, *exchange, *error);
  }
  // Nobody learns what there is before it is known who asks.
  if (choice.route == nullptr || !choice.route->served.everyone()) {
    auto caller =
        services.identities.identify(exchange->connection(), request.authorization, wall_clock());
    if (!caller) return refuse(services, *exchange, caller.error());
    exchange->known_as(*std::move(caller));
  }
  serve(services, exchange, choice);
}

void route_within(Services& services, const ExchangePtr& exchange) {
  const Choice choice = choose(exchange->request());
  if (audit(services, exchange, choice.route)) serve(services, exchange, choice);
}

}  // namespace seekd::daemon
