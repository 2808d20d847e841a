#include "daemon/page_updater.h"

#include <utility>

#include "daemon/services.h"
#include "policy/http_freshness.h"

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
    cancelled_ = true;
    if (fetch_) fetch_->cancel();
  }

 private:
  void fetch(const std::optional<cache::StoredPage>& stored) {
    if (cancelled_) return done_(fail(ErrorCode::cancelled, "the fetch was taken back"));
    owner_.metrics_.page_asked_for(wish_.asker);
    fetch_ = owner_.fetcher_.fetch(request_for(wish_.url, wish_.provenance, stored),
                                   owner_.config_.answer.fetch_deadline,
                                   [self = shared_from_this()](Result<fetcher::FetchReply> reply) {
                                     if (!reply) return self->done_(std::unexpected(reply.error()));
                                     self->keep(std::move(*reply));
                                   });
  }

  void keep(fetcher::FetchReply reply) {
    owner_.cache_.clock().take(reply);
    if (!reply.page) return done_(PageUpdate{std::move(reply), std::nullopt});
    if (reply.page->url != wish_.url) {
      return done_(fail(ErrorCode::internal,
                        "the fetcher's reply holds another page than the one asked for"));
    }
    const bool confirms = reply.outcome == fetcher::FetchOutcome::not_modified;
    const policy::Freshness freshness =
        policy::judge_freshness(reply.page->headers, reply.page->requested_at,
                                reply.page->retrieved_at, owner_.config_.cache.freshness);
    if (!confirms && !freshness.storable) {
      reply.message = "its server forbids to store it";
      return done_(PageUpdate{std::move(reply), std::nullopt});
    }
    const auto page = std::make_shared<FetchedPage>(std::move(*reply.page));
    reply.page.emplace(headline_of(*page));
    owner_.cache_.run(
        [page, confirms](cache::PageCache& cache, TimePoint now) {
          return confirms ? confirm_page(cache, *page) : keep_page(cache, *page, now);
        },
        [self = shared_from_this(), reply = std::move(reply)](Result<KeptPage> kept) mutable {
          if (!kept) return self->done_(std::unexpected(std::move(kept.error())));
          self->done_(PageUpdate{std::move(reply), std::move(*kept)});
        });
  }

  PageUpdater& owner_;
  const Wish wish_;
  const Done done_;
  bool cancelled_ = false;
  std::shared_ptr<fetcher::FetchHandle> fetch_;
};

std::shared_ptr<PageUpdater::Handle> PageUpdater::update(Wish wish, Done done) {
  auto update = std::make_shared<Update>(*this, std::move(wish), std::move(done));
  update->start();
  return update;
}

}  // namespace seekd::daemon
