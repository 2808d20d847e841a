// POST /seekd/v1/fetch: one page through the door, whatever its age in the cache, and what has
// changed.

#include <chrono>
#include <utility>

#include <boost/json.hpp>

#include "daemon/access/terms.h"
#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/page_json.h"
#include "daemon/time_text.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

// Of a page as fetched, or as stored: a 304 tells as much as the 200 before it did.
template <class Page>
void add_content(json::object& body, const Page& page) {
  body["title"] = page.metadata.title;
  body["metadata"] = metadata_json(page.metadata);
  body["kind"] = to_string(page.kind);
  body["entries"] = entries_json(page.entries);
  body["entries_total"] = page.entries_total;
}

json::object reply_json(const std::string& url, const fetcher::FetchReply& reply) {
  json::object body{{"url", url},
                    {"final_url", nullptr},
                    {"outcome", to_string(reply.outcome)},
                    {"reason", to_string(reply.reason)},
                    {"message", reply.message},
                    {"http_status", reply.http_status},
                    {"change", nullptr},
                    {"version", nullptr},
                    {"blocks_total", nullptr},
                    {"blocks_written", nullptr},
                    {"extent", nullptr},
                    {"similarity", nullptr},
                    {"retrieved_at", nullptr},
                    {"fresh_until", nullptr},
                    {"fresh_from", nullptr},
                    {"title", nullptr},
                    {"metadata", nullptr},
                    {"kind", nullptr},
                    {"entries", json::array()},
                    {"entries_total", 0},
                    {"retry_after", nullptr}};
  if (reply.retry_after.count() > 0) body["retry_after"] = reply.retry_after.count();
  if (!reply.page) return body;
  body["final_url"] = reply.page->final_url;
  body["retrieved_at"] = format_time(reply.page->retrieved_at);
  // A 304 has no content: the stored page's is added where it is confirmed.
  if (reply.outcome == fetcher::FetchOutcome::page) add_content(body, *reply.page);
  return body;
}

void add_kept(json::object& body, const KeptPage& kept) {
  body["change"] = to_string(kept.outcome.change);
  body["version"] = kept.outcome.version;
  body["blocks_total"] = kept.outcome.blocks_total;
  body["blocks_written"] = kept.outcome.blocks_written;
  body["extent"] = to_string(kept.outcome.extent);
  body["similarity"] = kept.outcome.similarity;
  body["retrieved_at"] = format_time(kept.page.retrieved_at);
  body["fresh_until"] = format_time(kept.page.fresh_until);
  body["fresh_from"] = to_string(kept.page.fresh_from);
  add_content(body, kept.page);
}

void respond(Exchange& exchange, const std::string& url, const Result<PageUpdate>& update) {
  if (!update) {
    ApiError error = to_api_error(update.error());
    if (update.error().code == ErrorCode::unavailable) error.code = "fetcher_unavailable";
    exchange.log().outcome = error.code;
    return exchange.respond(to_response(error));
  }
  const bool page = update->reply.page.has_value();
  // A redirect leads where it likes.
  if (page && !may_have(*exchange.caller().terms, update->reply.page->final_url)) {
    return exchange.respond(to_response(site_not_allowed()));
  }
  json::object body = reply_json(url, update->reply);
  if (update->kept) add_kept(body, *update->kept);
  exchange.log().outcome = body.at("reason").as_string();
  HttpResponse response;
  response.body = json::serialize(body);
  exchange.respond(std::move(response));
}

}  // namespace

void fetch_page(Services& services, const ExchangePtr& exchange) {
  const auto object = parse_object(exchange->request().body);
  if (!object) return exchange->respond(to_response(object.error()));
  Fields fields(*object, "");
  const auto written = fields.text("url");
  if (!written || written->empty()) fields.reject("url", "missing_field", "is missing");
  if (written && written->size() > policy::url_bytes_max) {
    fields.reject("url", "out_of_range", "is no URL: it is too long");
  }
  if (const auto error = fields.finish()) return exchange->respond(to_response(*error));
  // What cannot be read is shown to the door all the same: the verdict on URLs is its own.
  const auto parsed = policy::parse_url(*written);
  const std::string url = parsed ? parsed->text() : *written;
  const Caller& caller = exchange->caller();
  if (!may_have(*caller.terms, url)) return exchange->respond(to_response(site_not_allowed()));
  services.limits.charge_fetches(caller, 1, std::chrono::steady_clock::now());
  exchange->log().pages_fetched = 1;
  exchange->log().audited["url"] = url;
  const auto running = services.pages.update(
      {.url = url,
       .provenance = policy::Provenance::user,
       .asker = Asker::caller,
       // He wants to know how the page is now, and not how it was when another asked.
       .begun_since = std::chrono::steady_clock::now(),
       .trace_id = exchange->request().trace.trace_id},
      [exchange, url](const Result<PageUpdate>& update) { respond(*exchange, url, update); });
  exchange->on_gone([running] { running->cancel(); });
}

}  // namespace seekd::daemon
