// POST /seekd/v1/search, GET /seekd/v1/page, GET /seekd/v1/versions: what the cache knows. Nothing
// is fetched.

#include <charconv>
#include <expected>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/api_error.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/domains.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/page_json.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t query_bytes_max = 8192;
constexpr std::int64_t top_max = 100;
constexpr std::int64_t top_default = 10;
constexpr std::int64_t age_max_s = 36'500LL * 24 * 3600;

ApiError bad(std::string code, std::string message, std::string param) {
  return {400, std::move(code), std::move(message), std::move(param), std::nullopt};
}

HttpResponse reply(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

std::expected<cache::SearchQuery, ApiError> read_search(std::string_view body,
                                                        const Scope& readable, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  cache::SearchQuery query;
  const auto text = fields.text("query");
  if (!text) fields.reject("query", "missing_field", "is missing");
  query.text = text.value_or("");
  query.syntax = cache::QuerySyntax::marks;
  if (query.text.size() > query_bytes_max) {
    fields.reject("query", "out_of_range",
                  "is longer than " + std::to_string(query_bytes_max) + " bytes");
  }
  query.top = static_cast<std::size_t>(fields.integer("top", 1, top_max).value_or(top_default));
  Domains domains = read_domains(fields, "hosts");
  query.hosts = std::move(domains.allowed);
  query.hosts_denied = std::move(domains.denied);
  query.collections = read_collections(fields, readable).collections;
  if (const auto mode = fields.text("mode")) {
    const auto known = cache::parse_search_mode(*mode);
    if (!known) fields.reject("mode", "invalid_value", "must be lexical, dense or hybrid");
    query.mode = known.value_or(cache::SearchMode::hybrid);
  }
  if (const auto max_age = fields.integer("max_age", 0, age_max_s)) {
    query.confirmed_since = now - std::chrono::seconds(*max_age);
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return query;
}

// The parameters of a GET, each at most once.
struct PageQuery {
  std::string url;
  std::optional<std::uint32_t> version;
};

enum class VersionParameter : std::uint8_t { allowed, unknown };

std::expected<PageQuery, ApiError> read_page_query(const HttpRequest& request,
                                                   VersionParameter version) {
  PageQuery query;
  bool named = false;
  for (const auto& [name, value] : request.query) {
    if (name == "url" && !std::exchange(named, true)) {
      query.url = value;
    } else if (name == "version" && version == VersionParameter::allowed && !query.version) {
      std::uint32_t number = 0;
      const auto read = std::from_chars(value.data(), value.data() + value.size(), number);
      if (read.ec != std::errc() || read.ptr != value.data() + value.size() || number == 0) {
        return std::unexpected(bad("invalid_type", "'version' must be a number from 1", "version"));
      }
      query.version = number;
    } else {
      return std::unexpected(
          bad("unknown_field", "'" + name + "' is no parameter here, or stands twice", name));
    }
  }
  if (query.url.empty()) return std::unexpected(bad("missing_field", "'url' is missing", "url"));
  // What is no URL has no stored page: looked up as it is written, it is not found.
  if (auto address = policy::parse_page_address(query.url)) query.url = *std::move(address);
  return query;
}

ApiError no_such_page(const PageQuery& query) {
  const std::string what =
      query.version ? "version " + std::to_string(*query.version) + " of '" + query.url + "'"
                    : "'" + query.url + "'";
  return {404, "not_found", what + " is not in the cache", "url", std::nullopt};
}

// Asked before anything is looked up: neither words nor time tell a page that is not the caller's
// from one that is not there.
bool may_see(const Services& services, const Exchange& exchange, const PageQuery& query) {
  const Caller& caller = exchange.caller();
  return services.collections.may_read(caller, policy::collection_of(query.url)) &&
         may_have(*caller.terms, query.url);
}

}  // namespace

void search_passages(Services& services, const ExchangePtr& exchange) {
  auto query =
      read_search(exchange->request().body, services.collections.readable(exchange->caller()),
                  services.cache.clock().read().latest);
  if (!query) return exchange->respond(to_response(query.error()));
  exchange->log().audited["question"] = services.auditor.question(query->text);
  if (const auto error = hold_to(*exchange->caller().terms, *query)) {
    return exchange->respond(to_response(*error));
  }
  services.cache.run(
      [query = std::move(*query)](cache::PageCache& cache, TimePoint now) {
        return cache.search(query, now);
      },
      [exchange](const Result<std::vector<Passage>>& passages) {
        if (!passages) return exchange->respond(to_response(to_api_error(passages.error())));
        exchange->respond(reply({{"passages", passages_json(*passages)}}));
      });
}

void show_page(Services& services, const ExchangePtr& exchange) {
  auto query = read_page_query(exchange->request(), VersionParameter::allowed);
  if (!query) return exchange->respond(to_response(query.error()));
  if (!may_see(services, *exchange, *query)) {
    return exchange->respond(to_response(no_such_page(*query)));
  }
  services.cache.run(
      [query = *query](cache::PageCache& cache, TimePoint now) {
        return query.version ? cache.find_version(query.url, *query.version, now)
                             : cache.find(query.url, now);
      },
      [exchange, query = *query](const Result<std::optional<cache::StoredPage>>& page) {
        if (!page) return exchange->respond(to_response(to_api_error(page.error())));
        if (!*page) return exchange->respond(to_response(no_such_page(query)));
        exchange->respond(reply(page_json(**page)));
      });
}

void list_versions(Services& services, const ExchangePtr& exchange) {
  auto query = read_page_query(exchange->request(), VersionParameter::unknown);
  if (!query) return exchange->respond(to_response(query.error()));
  if (!may_see(services, *exchange, *query)) {
    return exchange->respond(to_response(no_such_page(*query)));
  }
  services.cache.run(
      [query = *query](cache::PageCache& cache, TimePoint now) {
        return cache.versions(query.url, now);
      },
      [exchange, query = *query](const Result<std::vector<cache::VersionInfo>>& versions) {
        if (!versions) return exchange->respond(to_response(to_api_error(versions.error())));
        if (versions->empty()) return exchange->respond(to_response(no_such_page(query)));
        exchange->respond(reply({{"versions", versions_json(*versions)}}));
      });
}

}  // namespace seekd::daemon
