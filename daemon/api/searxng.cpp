// GET /search, and GET / with a query: a search as SearXNG answers it, so that its clients work
// unchanged.

#include <utility>

#include <boost/json.hpp>

#include "daemon/api/asking.h"
#include "daemon/api/assistant_search.h"
#include "daemon/api/handlers.h"
#include "daemon/api/searxng_format.h"

namespace seekd::daemon {
namespace {

void respond(Exchange& exchange, const std::string& query, const WebFindings& findings) {
  HttpResponse response;
  response.body = boost::json::serialize(searxng_json(query, findings));
  exchange.respond(std::move(response));
}

}  // namespace

void search_as_searxng(Services& services, const ExchangePtr& exchange) {
  auto request = parse_searxng_request(exchange->request().query, services.cache.clock().now());
  if (!request) return refuse(exchange, request.error());
  const std::string text = request->query.text;
  if (request->answerable == Answerable::with_nothing) return respond(*exchange, text, {});
  search_for_assistant(services, exchange,
                       {std::move(request->query), services.config.search.results_max},
                       [exchange, text](const auto& findings) {
                         if (!findings) return refuse(exchange, findings.error());
                         respond(*exchange, text, *findings);
                       });
}

}  // namespace seekd::daemon
