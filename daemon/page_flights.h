// PageFlights: pages through the door into the cache, each fetched once and stored once however
// many want it at the same time. Who comes while a page is under way takes a seat in its flight.
//
// A flight ends when its page is stored, or when it is known that none will be. Whoever asked
// before that, and learns of it only then that the cache lacks the page, is given what came: two
// questions of the same moment never fetch one page twice. Who accepts no reply as old as the
// flight begins one of his own. A flight that nobody waits for any more is taken back.
//
// All functions are called on the I/O thread; callbacks run there, never inside the call.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <list>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "config/config.h"
#include "daemon/async_cache.h"
#include "daemon/kept_page.h"
#include "daemon/metrics/metrics.h"
#include "fetcher/client.h"

namespace seekd::daemon {

class PageFlights {
 public:
  using Time = std::chrono::steady_clock::time_point;

  struct Wish {
    fetcher::FetchRequest request;
    Asker asker = Asker::question;
    Time asked_at;              // when what needs the page began
    Time begun_since = Time{};  // no flight that began before will do
  };

  // The page itself is in the reply, whether it is stored or not. Errors: the fetcher's.
  using OnReply = std::function<void(const Result<fetcher::FetchReply>&)>;
  // Errors: the cache's.
  using OnKept = std::function<void(const Result<KeptPage>&)>;

  class Flight;

  // One asker's place. Letting it go does nothing.
  class Seat : public std::enable_shared_from_this<Seat> {
   public:
    // Nothing more is told. REQUIRES: not called inside its own callbacks.
    void leave();
    // How the page that came stands in the cache. REQUIRES: the reply has come, is of the page that
    // was asked for, and is_kept().
    void kept(OnKept done);

   private:
    friend class Flight;
    friend class PageFlights;

    std::shared_ptr<Flight> flight_;
    OnReply on_reply_;
    OnKept on_kept_;
  };

  // REQUIRES: all of them outlive this.
  PageFlights(boost::asio::any_io_executor executor, AsyncCache& cache,
              fetcher::FetcherClient& fetcher, const config::Config& config, Metrics& metrics);
  ~PageFlights();
  PageFlights(const PageFlights&) = delete;

  const boost::asio::any_io_executor& executor() const { return executor_; }

  // Does the page of such a reply stand in the cache then? Of a reply without a page: no.
  bool is_kept(const fetcher::FetchReply& reply) const;

  // `done` is called exactly once, unless the seat is left before.
  std::shared_ptr<Seat> board(Wish wish, OnReply done);

 private:
  void forget_old(Time now);

  boost::asio::any_io_executor executor_;
  AsyncCache& cache_;
  fetcher::FetcherClient& fetcher_;
  const config::Config& config_;
  Metrics& metrics_;
  std::list<std::shared_ptr<Flight>> flights_;  // under way, or ended a moment ago
};

}  // namespace seekd::daemon
