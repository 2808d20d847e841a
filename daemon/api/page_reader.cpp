#include "daemon/api/page_reader.h"

#include <chrono>
#include <memory>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/access/terms.h"
#include "daemon/answer/sources.h"
#include "daemon/api/fetch_error.h"
#include "policy/url.h"

namespace seekd::daemon {
namespace {

// Of a page as stored, or as fetched where its server forbids to store it.
template <class Page>
ReadPage read_of(const Page& page) {
  return {page.url,    page.final_url, page.metadata.title,
          page.blocks, page.links,     page.retrieved_at};
}

// One page. It lives in the callbacks that wait for its next step.
class Reading : public std::enable_shared_from_this<Reading> {
 public:
  Reading(Services& services, ExchangePtr exchange, std::string url, OnPage done)
      : services_(services),
        exchange_(std::move(exchange)),
        url_(std::move(url)),
        done_(std::move(done)) {}

  void start() {
    exchange_->log().audited["url"] = url_;
    if (!is_his(url_)) {
      return boost::asio::post(services_.executor, [self = shared_from_this()] { self->deny(); });
    }
    services_.cache.run(
        [url = url_](cache::PageCache& cache,
                     TimePoint now) -> Result<std::optional<cache::StoredPage>> {
          auto stored = cache.find(url, now);
          // What cannot be read is not there: it is fetched whole, and stored in its place.
          if (!stored && stored.error().code != ErrorCode::corrupt) return stored;
          if (!stored || !*stored) return std::nullopt;
          if (judge_age(**stored, std::nullopt, now) == policy::Age::too_old) return std::nullopt;
          return stored;
        },
        [self = shared_from_this()](const Result<std::optional<cache::StoredPage>>& stored) {
          if (!stored) return self->done_(std::unexpected(to_api_error(stored.error())));
          *stored ? self->give(**stored) : self->fetch();
        });
  }

 private:
  bool is_his(std::string_view address) const {
    return may_have(*exchange_->caller().terms, address);
  }

  void deny() {
    ApiError error = site_not_allowed();
    error.code = "url_not_allowed";
    done_(std::unexpected(std::move(error)));
  }

  // A redirect leads where it likes.
  template <class Page>
  void give(const Page& page) {
    if (!is_his(page.final_url)) return deny();
    done_(read_of(page));
  }

  void fetch() {
    const auto now = std::chrono::steady_clock::now();
    if (const auto refusal = services_.limits.no_fetches(exchange_->caller(), now)) {
      services_.metrics.refused(refusal->reason);
      ApiError error = refusal->error;
      error.code = "max_uses_exceeded";
      return done_(std::unexpected(std::move(error)));
    }
    services_.limits.charge_fetches(exchange_->caller(), 1, now);
    exchange_->log().pages_fetched = 1;
    const auto running = services_.pages.update(
        {.url = url_, .trace_id = exchange_->request().trace.trace_id},
        [self = shared_from_this()](const auto& update) { self->came(update); });
    exchange_->on_gone([running] { running->cancel(); });
  }

  void came(const Result<PageUpdate>& update) {
    if (!update) return done_(std::unexpected(to_fetch_error(update.error())));
    if (update->kept) return give(update->kept->page);
    if (update->reply.page) return give(*update->reply.page);
    done_(std::unexpected(to_fetch_error(update->reply)));
  }

  Services& services_;
  const ExchangePtr exchange_;
  const std::string url_;
  const OnPage done_;
};

}  // namespace

void read_page(Services& services, const ExchangePtr& exchange, const std::string& url,
               OnPage done) {
  // What cannot be read is shown to the door all the same: the verdict on URLs is its own.
  const auto parsed = policy::parse_url(url);
  std::make_shared<Reading>(services, exchange, parsed ? parsed->text() : url, std::move(done))
      ->start();
}

}  // namespace seekd::daemon
