// AsyncCache: a PageCache without waiting for it. Reads and writes run on threads of their own;
// results are posted to the I/O thread.
//
// run() is called on the I/O thread. The destructor waits for what runs. What is queued is bounded
// by its callers: one request a connection, a few pages a question.

#pragma once

#include <cstddef>
#include <functional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include "cache/page_cache.h"

namespace seekd::daemon {

class AsyncCache {
 public:
  // REQUIRES: `cache` outlives this.
  AsyncCache(boost::asio::any_io_executor executor, cache::PageCache& cache)
      : executor_(std::move(executor)), cache_(cache), threads_(thread_count) {}
  ~AsyncCache() { threads_.join(); }

  // work(cache) on a thread, then done(its result) on the I/O thread.
  template <class Work, class Done>
  void run(Work work, Done done) {
    boost::asio::post(threads_, [this, work = std::move(work), done = std::move(done)]() mutable {
      boost::asio::post(executor_, [result = work(cache_), done = std::move(done)]() mutable {
        done(std::move(result));
      });
    });
  }

 private:
  static constexpr std::size_t thread_count = 2;

  boost::asio::any_io_executor executor_;
  cache::PageCache& cache_;
  boost::asio::thread_pool threads_;
};

}  // namespace seekd::daemon
