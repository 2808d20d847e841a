// GET /seekd/v1/pages, POST /seekd/v1/remove: what an import needs to know of what is there, and
// how it takes out what is there no more.

#include <expected>
#include <string>
#include <utility>
#include <vector>

#include <boost/json.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t removed_max = 1000;
constexpr std::size_t listed_max = 200'000;  // some 30 MiB

HttpResponse reply(const json::object& body) {
  HttpResponse response;
  response.body = json::serialize(body);
  return response;
}

bool may_write(const Services& services, const Exchange& exchange, std::string_view address) {
  return services.collections.may_write(exchange.caller(), policy::collection_of(address));
}

std::expected<std::vector<std::string>, ApiError> read_removal(const Services& services,
                                                               const Exchange& exchange) {
  const auto object = parse_object(exchange.request().body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  std::vector<std::string> urls = fields.texts("urls", removed_max);
  for (const std::string& url : urls) {
    if (may_write(services, exchange, url)) continue;
    fields.reject(no_writable_collection(policy::collection_of(url), "urls"));
  }
  if (urls.empty()) fields.reject("urls", "missing_field", "is missing: addresses of pages");
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return urls;
}

HttpResponse listing(const std::vector<cache::ListedPage>& pages) {
  if (pages.size() > listed_max) {
    return to_response({400, "too_large",
                        "there are more than " + std::to_string(listed_max) +
                            " pages under it: name a folder below",
                        "under", std::nullopt});
  }
  json::array out;
  for (const cache::ListedPage& page : pages) {
    out.push_back({{"url", page.url},
                   {"fingerprint", page.etag},
                   {"retrieved_at", format_time(page.retrieved_at)}});
  }
  return reply({{"pages", std::move(out)}});
}

}  // namespace

// For writers alone: who only reads finds pages by what they say, and not by a list of their names.
void list_pages(Services& services, const ExchangePtr& exchange) {
  const auto& query = exchange->request().query;
  if (query.size() != 1 || query.front().first != "under") {
    return exchange->respond(to_response(
        {400, "missing_field", "'under' alone names the pages: collection:NAME, or a folder of it",
         "under", std::nullopt}));
  }
  const std::string& under = query.front().second;
  if (!may_write(services, *exchange, under)) {
    return exchange->respond(
        to_response(no_writable_collection(policy::collection_of(under), "under")));
  }
  services.cache.run(
      [under](cache::PageCache& cache, TimePoint now) { return cache.list(under, now); },
      [exchange](const Result<std::vector<cache::ListedPage>>& pages) {
        if (!pages) return exchange->respond(to_response(to_api_error(pages.error())));
        exchange->respond(listing(*pages));
      });
}

void remove_pages(Services& services, const ExchangePtr& exchange) {
  auto urls = read_removal(services, *exchange);
  if (!urls) return exchange->respond(to_response(urls.error()));
  services.cache.run([urls = std::move(*urls)](cache::PageCache& cache,
                                               TimePoint now) { return cache.remove(urls, now); },
                     [exchange](const Result<std::size_t>& removed) {
                       if (!removed)
                         return exchange->respond(to_response(to_api_error(removed.error())));
                       exchange->respond(reply({{"removed", *removed}}));
                     });
}

}  // namespace seekd::daemon
