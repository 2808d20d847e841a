// AsyncCache: a PageCache without waiting for it, and the clock that its pages live by. Reads and
// writes run on threads of their own; results are posted to the I/O thread.
//
// As workers.h says.

#pragma once

#include <type_traits>
#include <utility>

#include "cache/page_cache.h"
#include "daemon/page_clock.h"
#include "daemon/workers.h"

namespace seekd::daemon {

class AsyncCache {
 public:
  // REQUIRES: `cache` and `clock` outlive this.
  AsyncCache(boost::asio::any_io_executor executor, cache::PageCache& cache, PageClock& clock)
      : cache_(cache), clock_(clock), workers_(std::move(executor), thread_count) {}

  PageClock& clock() const { return clock_; }

  // work(cache), or work(cache, now), on a thread, then done(its result) on the I/O thread.
  template <class Work, class Done>
  void run(Work work, Done done) {
    workers_.run(
        [this, work = std::move(work)]() mutable {
          if constexpr (std::is_invocable_v<Work&, cache::PageCache&, TimePoint>) {
            return work(cache_, clock_.now());
          } else {
            return work(cache_);
          }
        },
        std::move(done));
  }

 private:
  static constexpr std::size_t thread_count = 2;

  cache::PageCache& cache_;
  PageClock& clock_;
  Workers workers_;
};

}  // namespace seekd::daemon
