#include "daemon/page_flights.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include <boost/asio/post.hpp>

#include "policy/http_freshness.h"

namespace seekd::daemon {
namespace {

using Clock = std::chrono::steady_clock;

// From a lookup in the cache to the wish for the page nobody takes longer.
constexpr std::chrono::seconds remembered{10};
constexpr std::uint64_t remembered_bytes_max = 32 << 20;  // of their pages

bool is_unconditional(const fetcher::FetchRequest& request) {
  return request.etag.empty() && request.last_modified.empty();
}

}  // namespace

class PageFlights::Flight final : public std::enable_shared_from_this<Flight> {
 public:
  Flight(PageFlights& owner, fetcher::FetchRequest request)
      : owner_(owner), request_(std::move(request)), begun_at_(Clock::now()) {}

  void start(Asker asker) {
    owner_.metrics_.page_asked_for(asker);
    fetch_ = owner_.fetcher_.fetch(request_, owner_.config_.answer.fetch_deadline,
                                   [self = shared_from_this()](Result<fetcher::FetchReply> reply) {
                                     self->land(std::move(reply));
                                   });
  }

  // What is confirmed serves him alone who has the same copy; a whole page serves everyone.
  bool serves(const Wish& wish) const {
    if (taken_back_ || begun_at_ < wish.begun_since) return false;
    if (ended_at_ && *ended_at_ < wish.asked_at) return false;
    if (wish.request == request_) return true;
    return is_unconditional(request_) && wish.request.url == request_.url &&
           wish.request.provenance == request_.provenance;
  }

  bool ended_before(Time moment) const { return ended_at_ && *ended_at_ < moment; }
  bool ended() const { return ended_at_.has_value(); }
  std::uint64_t page_bytes() const {
    return reply_ && *reply_ && (*reply_)->page ? (*reply_)->page->body_bytes : 0;
  }

  void seat(const std::shared_ptr<Seat>& seat) {
    seat->flight_ = shared_from_this();
    if (!ended_at_) seats_.push_back(seat);
    if (reply_) post([seat](const Flight& flight) { tell_reply(*seat, flight); });
  }

  void leave(const Seat& left) {
    std::erase_if(seats_, [&](const auto& seat) { return seat.get() == &left; });
    if (!seats_.empty() || reply_) return;
    taken_back_ = true;
    end();
    fetch_->cancel();
  }

  void tell_when_kept(const std::shared_ptr<Seat>& seat) {
    if (kept_) post([seat](const Flight& flight) { tell_kept(*seat, flight); });
  }

 private:
  static void tell_reply(Seat& seat, const Flight& flight) {
    if (const auto done = std::exchange(seat.on_reply_, nullptr)) done(*flight.reply_);
  }

  static void tell_kept(Seat& seat, const Flight& flight) {
    if (const auto done = std::exchange(seat.on_kept_, nullptr)) done(*flight.kept_);
  }

  template <class Work>
  void post(Work work) {
    boost::asio::post(owner_.executor_,
                      [self = shared_from_this(), work = std::move(work)] { work(*self); });
  }

  void land(Result<fetcher::FetchReply> reply) {
    if (taken_back_) return;
    if (reply) owner_.cache_.clock().take(*reply);
    reply_ = std::make_shared<const Result<fetcher::FetchReply>>(std::move(reply));
    if (is_to_be_kept()) {
      keep();
    } else {
      end();
    }
    const auto seats = ended_at_ ? std::exchange(seats_, {}) : seats_;
    for (const auto& seat : seats) tell_reply(*seat, *this);
  }

  // The door is trusted with one page, not with the names of others.
  bool is_to_be_kept() const {
    return *reply_ && owner_.is_kept(**reply_) && (*reply_)->page->url == request_.url;
  }

  bool confirms() const { return (*reply_)->outcome == fetcher::FetchOutcome::not_modified; }

  void keep() {
    owner_.cache_.run(
        [reply = reply_, confirms = confirms()](cache::PageCache& cache, TimePoint now) {
          const FetchedPage& page = *(*reply)->page;
          return confirms ? confirm_page(cache, page) : keep_page(cache, page, now);
        },
        [self = shared_from_this()](Result<KeptPage> kept) {
          self->kept_ = std::make_unique<const Result<KeptPage>>(std::move(kept));
          self->end();
          for (const auto& seat : std::exchange(self->seats_, {})) tell_kept(*seat, *self);
        });
  }

  void end() { ended_at_ = Clock::now(); }

  PageFlights& owner_;
  const fetcher::FetchRequest request_;
  const Time begun_at_;
  std::optional<Time> ended_at_;
  bool taken_back_ = false;
  std::shared_ptr<fetcher::FetchHandle> fetch_;
  std::vector<std::shared_ptr<Seat>> seats_;
  std::shared_ptr<const Result<fetcher::FetchReply>> reply_;
  std::unique_ptr<const Result<KeptPage>> kept_;
};

PageFlights::PageFlights(boost::asio::any_io_executor executor, AsyncCache& cache,
                         fetcher::FetcherClient& fetcher, const config::Config& config,
                         Metrics& metrics)
    : executor_(std::move(executor)),
      cache_(cache),
      fetcher_(fetcher),
      config_(config),
      metrics_(metrics) {}

PageFlights::~PageFlights() = default;

bool PageFlights::is_kept(const fetcher::FetchReply& reply) const {
  if (!reply.page) return false;
  if (reply.outcome == fetcher::FetchOutcome::not_modified) return true;
  return policy::judge_freshness(reply.page->headers, reply.page->requested_at,
                                 reply.page->retrieved_at, config_.cache.freshness)
      .storable;
}

std::shared_ptr<PageFlights::Seat> PageFlights::board(Wish wish, OnReply done) {
  forget_old(Clock::now() - remembered);
  auto seat = std::make_shared<Seat>();
  seat->on_reply_ = std::move(done);
  const auto flight =
      std::ranges::find_if(flights_, [&](const auto& flight) { return flight->serves(wish); });
  if (flight != flights_.end()) {
    metrics_.page_shared(wish.asker);
    (*flight)->seat(seat);
    return seat;
  }
  flights_.push_back(std::make_shared<Flight>(*this, std::move(wish.request)));
  flights_.back()->seat(seat);
  flights_.back()->start(wish.asker);
  return seat;
}

void PageFlights::forget_old(Time now) {
  std::erase_if(flights_, [&](const auto& flight) { return flight->ended_before(now); });
  std::uint64_t bytes = 0;
  for (const auto& flight : flights_) bytes += flight->ended() ? flight->page_bytes() : 0;
  for (auto flight = flights_.begin(); bytes > remembered_bytes_max;) {
    const bool ended = (*flight)->ended();
    if (ended) bytes -= (*flight)->page_bytes();
    flight = ended ? flights_.erase(flight) : std::next(flight);
  }
}

void PageFlights::Seat::leave() {
  on_reply_ = nullptr;
  on_kept_ = nullptr;
  if (const auto flight = std::exchange(flight_, nullptr)) flight->leave(*this);
}

void PageFlights::Seat::kept(OnKept done) {
  on_kept_ = std::move(done);
  flight_->tell_when_kept(shared_from_this());
}

}  // namespace seekd::daemon
