// POST /seekd/v1/import: a page's text from elsewhere into a collection, under the address and the
// time its owner gives; or the word that it is as it was.

#include <chrono>
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json.hpp>

#include "cache/admission.h"
#include "daemon/api/api_error.h"
#include "daemon/api/collection_fields.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/page_fields.h"
#include "daemon/time_text.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

constexpr std::size_t fingerprint_bytes_max = 128;

using MayWrite = std::function<bool(std::string_view collection)>;

struct Import {
  FetchedPage page;
  bool unchanged = false;  // the page has an address, a fingerprint and times alone
};

void check_age(Fields& fields, const FetchedPage& page, const config::CacheConfig& config,
               TimePoint now) {
  const std::chrono::seconds retention =
      cache::keeping_of(config, page.url, page.final_url).retention;
  if (page.retrieved_at > now) {
    fields.reject("retrieved_at", "invalid_value", "lies in the future");
  } else if (policy::collection_of(page.url) == policy::web_collection &&
             page.retrieved_at + retention <= now) {
    fields.reject("retrieved_at", "invalid_value",
                  "is older than pages are kept (cache.retention): the page would be gone at once");
  }
}

// Where the page is to stand: "collection" and a URL or a path in it, or its whole address. Whether
// the caller may write there is asked before anything else is said.
std::string read_place(Fields& fields, const MayWrite& may_write) {
  const std::string url = fields.text("url").value_or("");
  const std::string named(policy::collection_of(url));
  const std::string collection = fields.text("collection").value_or(named);
  if (!may_write(collection)) fields.reject(no_writable_collection(collection, "collection"));
  const bool whole = url.starts_with(policy::collection_prefix(""));
  if (whole && collection != named) {
    fields.reject("url", "invalid_value", "is of another collection than 'collection' names");
  }
  auto address = whole ? policy::parse_page_address(url) : policy::address_in(collection, url);
  if (!address) {
    fields.reject("url", "invalid_value",
                  "is no address that a page can have: " + address.error().message);
  }
  return address.value_or("");
}

// What the text was made of, in its owner's terms: kept as an entity tag, which it is.
void read_fingerprint(Fields& fields, Import& import) {
  const auto fingerprint = fields.text("fingerprint");
  if (!fingerprint) return;
  import.page.headers.etag = *fingerprint;
  if (policy::collection_of(import.page.url) == policy::web_collection) {
    fields.reject("fingerprint", "invalid_value", "is for pages of other collections than the web");
  }
  if (fingerprint->empty() || fingerprint->size() > fingerprint_bytes_max) {
    fields.reject("fingerprint", "out_of_range", "must be of 1 to 128 bytes");
  }
}

std::expected<Import, ApiError> read_import(std::string_view body, const MayWrite& may_write,
                                            const config::CacheConfig& config, TimePoint now) {
  const auto object = parse_object(body);
  if (!object) return std::unexpected(object.error());
  Fields fields(*object, "");
  Import import;
  FetchedPage& page = import.page;
  page.url = page.final_url = read_place(fields, may_write);
  read_fingerprint(fields, import);
  const auto written = fields.text("retrieved_at");
  const auto retrieved_at = written ? parse_time(*written) : now;
  if (!retrieved_at) {
    fields.reject("retrieved_at", "invalid_value", "must be written as 2026-03-01T12:00:00Z");
  }
  page.requested_at = page.retrieved_at = retrieved_at.value_or(now);
  check_age(fields, page, config, now);
  import.unchanged = fields.flag("unchanged").value_or(false);
  if (import.unchanged && page.headers.etag.empty()) {
    fields.reject("fingerprint", "missing_field", "is missing: of what is 'unchanged'");
  }
  if (!import.unchanged) {
    page.metadata = read_metadata(fields);
    page.blocks = read_content(fields);
    for (const Block& block : page.blocks) page.body_bytes += block.text.size();
  }
  if (auto error = fields.finish()) return std::unexpected(std::move(*error));
  return import;
}

// Confirmed where it is stored with that fingerprint. Errors: not_found where it is not: the caller
// has to send it whole.
Result<cache::StoreOutcome> confirm(cache::PageCache& cache, const FetchedPage& page) {
  auto stored = cache.find(page.url, page.retrieved_at);
  if (!stored) return std::unexpected(std::move(stored.error()));
  if (!*stored || (*stored)->headers.etag != page.headers.etag) {
    return fail(ErrorCode::not_found, page.url + ": is not stored with that fingerprint");
  }
  auto touched = cache.touch(page.url, page.headers, page.requested_at, page.retrieved_at);
  if (!touched) return std::unexpected(std::move(touched.error()));
  return cache::StoreOutcome{.change = cache::Change::unchanged, .version = touched->version};
}

}  // namespace

void import_page(Services& services, const ExchangePtr& exchange) {
  const auto may_write = [&](std::string_view collection) {
    return services.collections.may_write(exchange->caller(), collection);
  };
  auto import = read_import(exchange->request().body, may_write, services.config.cache,
                            services.cache.clock().now());
  if (!import) return exchange->respond(to_response(import.error()));
  exchange->log().audited["url"] = import->page.url;
  services.cache.run(
      [import = std::move(*import)](cache::PageCache& cache, TimePoint now) {
        return import.unchanged ? confirm(cache, import.page) : cache.store(import.page, now);
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
