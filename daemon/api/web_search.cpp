// POST /seekd/v1/search/web: whom the web is searched through is asked; nothing is fetched of what
// they name.

#include <algorithm>
#include <expected>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/api_error.h"
#include "daemon/api/domains.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/search_json.h"
#include "daemon/finding/queries.h"
#include "policy/search_provider.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t question_bytes_max = 8192;

std::optional<std::chrono::days> length_of(std::string_view recency) {
  if (recency == "day") return std::chrono::days(1);
  if (recency == "week") return std::chrono::days(7);
  if (recency == "month") return std::chrono::days(31);
  if (recency == "year") return std::chrono::days(366);
  return std::nullopt;
}

// A query goes as it is written, a question as the queries that are made of it.
std::vector<WebQuery> read_queries(Fields& fields, std::size_t queries_max, TimePoint now) {
  const auto query = fields.text("query"), question = fields.text("question");
  if (query.has_value() == question.has_value()) {
    fields.reject("query", "missing_field", "or 'question' is needed, and not both");
    return {};
  }
  const bool as_written = query.has_value();
  const std::string& text = as_written ? *query : *question;
  const std::size_t bytes_max = as_written ? policy::search_text_bytes_max : question_bytes_max;
  if (text.size() > bytes_max) {
    fields.reject(as_written ? "query" : "question", "out_of_range",
                  "is longer than " + std::to_string(bytes_max) + " bytes");
  }
  if (as_written) {
    WebQuery written;
    written.text = text;
    return {written};
  }
  const model::Message message{model::Role::user, text};
  return web_queries({&message, 1}, wanted_time(policy::judge_question(text, {now}), now),
                     queries_max);
}

std::expected<std::vector<WebQuery>, ApiError> read_request(std::string_view body,
                                                            std::size_t queries_max,
                                                            TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  std::vector<WebQuery> queries = read_queries(fields, queries_max, now);
  const Domains domains = read_domains(fields, "hosts");
  const auto recency = fields.text("recency");
  if (recency && !length_of(*recency)) {
    fields.reject("recency", "invalid_value", "must be day, week, month or year");
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  for (WebQuery& query : queries) {
    query.hosts = domains.allowed;
    query.hosts_denied = domains.denied;
    if (recency) query.after = now - *length_of(*recency);
  }
  return queries;
}

}  // namespace

void search_web(Services& services, const ExchangePtr& exchange) {
  if (services.web == nullptr || !services.web->configured()) {
    return exchange->respond(to_response(
        ApiError{404, "not_configured",
                 "nobody is named whom the web could be searched through: see [[search.provider]] "
                 "and [[search.topic]] in config/default.toml",
                 "", std::nullopt}));
  }
  auto queries = read_request(exchange->request().body, services.config.search.queries_max,
                              services.cache.clock().now());
  if (!queries) return exchange->respond(to_response(queries.error()));
  for (WebQuery& query : *queries) {
    if (const auto error = hold_to(*exchange->caller().terms, query)) {
      return exchange->respond(to_response(*error));
    }
  }
  // What providers that stand in for others, and feeds, cost is known behind it.
  const std::size_t charged = queries->size();
  services.limits.charge_fetches(exchange->caller(), charged, std::chrono::steady_clock::now());
  services.web->search(std::move(*queries), exchange->request().trace.trace_id,
                       [&services, exchange, charged](const WebFindings& findings) {
                         services.limits.charge_fetches(
                             exchange->caller(),
                             findings.requests - std::min(findings.requests, charged),
                             std::chrono::steady_clock::now());
                         HttpResponse response;
                         response.body = json::serialize(findings_json(findings));
                         exchange->respond(std::move(response));
                       });
}

}  // namespace seekd::daemon
