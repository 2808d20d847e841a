// AsyncCache: a PageCache without waiting for it. Reads and writes run on threads of their own;
// results are posted to the I/O thread.
//
// As workers.h says.

#pragma once

#include <utility>

#include "cache/page_cache.h"
#include "daemon/workers.h"

namespace seekd::daemon {

class AsyncCache {
 public:
  // REQUIRES: `cache` outlives this.
  AsyncCache(boost::asio::any_io_executor executor, cache::PageCache& cache)
      : cache_(cache), workers_(std::move(executor), thread_count) {}

  // work(cache) on a thread, then done(its result) on the I/O thread.
  template <class Work, class Done>
  void run(Work work, Done done) {
    workers_.run([this, work = std::move(work)]() mutable { return work(cache_); },
                 std::move(done));
  }

 private:
  static constexpr std::size_t thread_count = 2;

  cache::PageCache& cache_;
  Workers workers_;
};

}  // namespace seekd::daemon
