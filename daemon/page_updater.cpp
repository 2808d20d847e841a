#include "daemon/page_updater.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/kept_page.h"

namespace seekd::daemon {
namespace {

// What is said of a page without its content, which the cache has by then.
FetchedPage headline_of(const FetchedPage& page) {
  FetchedPage headline;
  headline.url = page.url;
  headline.final_url = page.final_url;
  headline.http_status = page.http_status;
  headline.requested_at = page.requested_at;
  headline.retrieved_at = page.retrieved_at;
  headline.headers = page.headers;
  headline.metadata = page.metadata;
  headline.kind = page.kind;
  headline.entries = page.entries;
  headline.entries_total = page.entries_total;
  headline.body_bytes = page.body_bytes;
  return headline;
}

fetcher::FetchReply without_content(const fetcher::FetchReply& came) {
  fetcher::FetchReply reply{.outcome = came.outcome,
                            .reason = came.reason,
                            .message = came.message,
                            .http_status = came.http_status,
                            .hops = came.hops,
                            .wire_bytes = came.wire_bytes,
                            .retry_after = came.retry_after,
                            .page = std::nullopt};
  if (came.page) reply.page = headline_of(*came.page);
  return reply;
}

}  // namespace

// It lives in the callbacks that wait for its next step.
class PageUpdater::Update final : public Handle, public std::enable_shared_from_this<Update> {
 public:
  Update(PageUpdater& owner, Wish wish, Done done)
      : owner_(owner), wish_(std::move(wish)), done_(std::move(done)) {}

  void start() {
    owner_.cache_.run(
        [url = wish_.url](cache::PageCache& cache, TimePoint now) { return cache.find(url, now); },
        [self = shared_from_this()](const Result<std::optional<cache::StoredPage>>& stored) {
          // What cannot be read is not there: it is fetched whole, and stored in its place.
          const bool damaged = !stored && stored.error().code == ErrorCode::corrupt;
          if (!stored && !damaged) return self->done_(std::unexpected(stored.error()));
          self->fetch(damaged ? std::nullopt : *stored);
        });
  }

  void cancel() override {
    if (std::exchange(cancelled_, true) || landed_ || !seat_) return;
    seat_->leave();
    boost::asio::post(owner_.flights_.executor(),
                      [self = shared_from_this()] { self->done_(taken_back()); });
  }

 private:
  static std::unexpected<Error> taken_back() {
    return fail(ErrorCode::cancelled, "the fetch was taken back");
  }

  void fetch(const std::optional<cache::StoredPage>& stored) {
    if (cancelled_) return done_(taken_back());
    fetcher::FetchRequest request = request_for(wish_.url, wish_.provenance, stored);
    request.trace_id = wish_.trace_id;
    seat_ = owner_.flights_.board({.request = std::move(request),
                                   .asker = wish_.asker,
                                   .asked_at = wish_.asked_at,
                                   .begun_since = wish_.begun_since},
                                  [self = shared_from_this()](const auto& reply) {
                                    self->landed_ = true;
                                    if (!reply) return self->done_(std::unexpected(reply.error()));
                                    self->keep(*reply);
                                  });
  }

  void keep(const fetcher::FetchReply& came) {
    if (!came.page) return done_(PageUpdate{came, std::nullopt});
    if (came.page->url != wish_.url) {
      return done_(fail(ErrorCode::internal,
                        "the fetcher's reply holds another page than the one asked for"));
    }
    if (!owner_.flights_.is_kept(came)) {
      fetcher::FetchReply reply = came;
      reply.message = "its server forbids to store it";
      return done_(PageUpdate{std::move(reply), std::nullopt});
    }
    seat_->kept([self = shared_from_this(), reply = without_content(came)](const auto& kept) {
      if (!kept) return self->done_(std::unexpected(kept.error()));
      self->done_(PageUpdate{reply, *kept});
    });
  }

  PageUpdater& owner_;
  const Wish wish_;
  const Done done_;
  bool cancelled_ = false;
  bool landed_ = false;  // the reply has come
  std::shared_ptr<PageFlights::Seat> seat_;
};

std::shared_ptr<PageUpdater::Handle> PageUpdater::update(Wish wish, Done done) {
  auto update = std::make_shared<Update>(*this, std::move(wish), std::move(done));
  update->start();
  return update;
}

}  // namespace seekd::daemon
