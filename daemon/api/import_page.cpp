// POST /seekd/v1/import: a page's text from elsewhere into the cache, under the URL and the time
// its owner gives.

#include <chrono>
#include <expected>
#include <utility>

#include <boost/json.hpp>

#include "cache/admission.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/time_text.h"
#include "policy/page_text_guard.h"
#include "policy/plain_text.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t title_bytes_max = 1024;

void check_age(Fields& fields, const FetchedPage& page, const config::CacheConfig& config,
               TimePoint now) {
  const std::chrono::seconds retention =
      cache::keeping_of(config, page.url, page.final_url).retention;
  if (page.retrieved_at > now) {
    fields.reject("retrieved_at", "invalid_value", "lies in the future");
  } else if (page.retrieved_at + retention <= now) {
    fields.reject("retrieved_at", "invalid_value",
                  "is older than pages are kept (cache.retention, or its site's): the page would "
                  "be gone at once");
  }
}

std::expected<FetchedPage, ApiError> read_import(std::string_view body,
                                                 const config::CacheConfig& config, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  FetchedPage page;
  const auto url = policy::parse_url(fields.text("url").value_or(""));
  if (!url) {
    fields.reject("url", "invalid_value", "is no URL that a page can have: " + url.error().message);
  } else {
    page.url = page.final_url = url->text();
  }
  page.metadata.title = policy::visible_text(fields.text("title").value_or(""));
  if (page.metadata.title.size() > title_bytes_max) {
    fields.reject("title", "out_of_range", "is longer than 1024 bytes");
  }
  const std::string text = fields.text("text").value_or("");
  page.body_bytes = text.size();
  page.blocks = policy::read_paragraphs(text);
  if (page.blocks.empty()) fields.reject("text", "missing_field", "holds no text");
  const auto written = fields.text("retrieved_at");
  const auto retrieved_at = written ? parse_time(*written) : now;
  if (!retrieved_at) {
    fields.reject("retrieved_at", "invalid_value", "must be written as 2026-03-01T12:00:00Z");
  }
  page.requested_at = page.retrieved_at = retrieved_at.value_or(now);
  check_age(fields, page, config, now);
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return page;
}

}  // namespace

void import_page(Services& services, const ExchangePtr& exchange) {
  auto page =
      read_import(exchange->request().body, services.config.cache, services.cache.clock().now());
  if (!page) return exchange->respond(to_response(page.error()));
  services.cache.run(
      [page = std::move(*page)](cache::PageCache& cache, TimePoint now) {
        return cache.store(page, now);
      },
      [exchange](const Result<cache::StoreOutcome>& stored) {
        if (!stored) return exchange->respond(to_response(to_api_error(stored.error())));
        HttpResponse response;
        response.body = json::serialize(json::object{{"change", cache::to_string(stored->change)},
                                                     {"version", stored->version}});
        exchange->respond(std::move(response));
      });
}

}  // namespace seekd::daemon
