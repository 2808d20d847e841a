// POST /seekd/v1/fetch: one page through the door, whatever its age in the cache, and what has
// changed.

#include <utility>

#include <boost/json.hpp>

#include "daemon/api/api_error.h"
#include "daemon/api/fields.h"
#include "daemon/api/handlers.h"
#include "daemon/api/page_json.h"
#include "daemon/time_text.h"
#include "policy/http_freshness.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;

// The page as it stands in the cache, and what storing or confirming it changed.
struct Kept {
  cache::StoredPage page;
  cache::StoreOutcome outcome;
};

Result<Kept> store(cache::PageCache& cache, const FetchedPage& fetched, TimePoint now) {
  auto outcome = cache.store(fetched, now);
  if (!outcome) return std::unexpected(std::move(outcome.error()));
  auto page = cache.find(fetched.url, now);
  if (!page) return std::unexpected(std::move(page.error()));
  if (!*page)
    return fail(ErrorCode::not_found, "the page expired as it was stored (cache.retention)");
  return Kept{std::move(**page), *outcome};
}

Result<Kept> confirm(cache::PageCache& cache, const FetchedPage& confirmed) {
  auto page =
      cache.touch(confirmed.url, confirmed.headers, confirmed.requested_at, confirmed.retrieved_at);
  if (!page) return std::unexpected(std::move(page.error()));
  cache::StoreOutcome outcome{.change = cache::Change::unchanged,
                              .version = page->version,
                              .blocks_total = page->blocks.size(),
                              .blocks_written = 0,
                              .bytes_written = 0,
                              .similarity = 1.0};
  return Kept{std::move(*page), outcome};
}

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

void add_kept(json::object& body, const Kept& kept) {
  body["change"] = to_string(kept.outcome.change);
  body["version"] = kept.outcome.version;
  body["blocks_total"] = kept.outcome.blocks_total;
  body["blocks_written"] = kept.outcome.blocks_written;
  body["extent"] = to_string(kept.outcome.extent);
  body["similarity"] = kept.outcome.similarity;
  body["retrieved_at"] = format_time(kept.page.retrieved_at);
  body["fresh_until"] = format_time(kept.page.fresh_until);
  add_content(body, kept.page);
}

// One request's way; it lives in the callbacks that wait for its next step.
class PageFetch : public std::enable_shared_from_this<PageFetch> {
 public:
  PageFetch(Services& services, ExchangePtr exchange, std::string url)
      : services_(services), exchange_(std::move(exchange)), url_(std::move(url)) {}

  void start() {
    services_.cache.run(
        [url = url_](cache::PageCache& cache) { return cache.find(url, wall_clock()); },
        [self = shared_from_this()](const Result<std::optional<cache::StoredPage>>& stored) {
          if (!stored) return self->refuse(stored.error());
          self->fetch(*stored);
        });
  }

 private:
  void fetch(const std::optional<cache::StoredPage>& stored) {
    fetcher::FetchRequest request;
    request.url = url_;
    request.provenance = policy::Provenance::user;
    if (stored) {
      request.etag = stored->headers.etag;
      request.last_modified = stored->headers.last_modified;
      request.validated_url = stored->final_url;
    }
    exchange_->log().pages_fetched = 1;
    services_.metrics.page_asked_for(Asker::caller);
    const auto handle =
        services_.fetcher.fetch(request, services_.config.answer.fetch_deadline,
                                [self = shared_from_this()](Result<fetcher::FetchReply> reply) {
                                  if (!reply) return self->refuse(reply.error());
                                  self->keep(std::move(*reply));
                                });
    exchange_->on_gone([handle] { handle->cancel(); });
  }

  void keep(fetcher::FetchReply reply) {
    if (!reply.page) return respond(reply_json(url_, reply));
    if (reply.page->url != url_) {
      return refuse(
          {ErrorCode::internal, "the fetcher's reply holds another page than the one asked for"});
    }
    json::object body = reply_json(url_, reply);
    const bool confirms = reply.outcome == fetcher::FetchOutcome::not_modified;
    const policy::Freshness freshness =
        policy::judge_freshness(reply.page->headers, reply.page->requested_at,
                                reply.page->retrieved_at, services_.config.cache.freshness);
    if (!confirms && !freshness.storable) {
      body["message"] = "its server forbids to store it";
      return respond(body);
    }
    services_.cache.run(
        [page = std::move(*reply.page), confirms](cache::PageCache& cache) {
          return confirms ? confirm(cache, page) : store(cache, page, wall_clock());
        },
        [self = shared_from_this(), body = std::move(body)](const Result<Kept>& kept) mutable {
          if (!kept) return self->refuse(kept.error());
          add_kept(body, *kept);
          self->respond(body);
        });
  }

  void respond(const json::object& body) {
    exchange_->log().outcome = body.at("reason").as_string();
    HttpResponse response;
    response.body = json::serialize(body);
    exchange_->respond(std::move(response));
  }

  void refuse(const Error& error) {
    ApiError out = to_api_error(error);
    if (error.code == ErrorCode::unavailable) out.code = "fetcher_unavailable";
    exchange_->log().outcome = out.code;
    exchange_->respond(to_response(out));
  }

  Services& services_;
  ExchangePtr exchange_;
  std::string url_;
};

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
  const auto url = policy::parse_url(*written);
  std::make_shared<PageFetch>(services, exchange, url ? url->text() : *written)->start();
}

}  // namespace seekd::daemon
