// Workers: threads for what would hold the I/O thread up: reading the cache, counting the tokens of
// a long question.
//
// run() is called on the I/O thread. The destructor waits for what runs. What is queued is bounded
// by its callers: one request a connection, a few pages a question.

#pragma once

#include <cstddef>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

namespace seekd::daemon {

class Workers {
 public:
  Workers(boost::asio::any_io_executor executor, std::size_t threads)
      : executor_(std::move(executor)), threads_(threads) {}
  ~Workers() { threads_.join(); }

  // work() on a thread, then done(its result) on the I/O thread. What `done` holds is let go there,
  // and nowhere else.
  template <class Work, class Done>
  void run(Work work, Done done) {
    boost::asio::post(threads_, [this, work = std::move(work), done = std::move(done)]() mutable {
      boost::asio::post(executor_, [result = work(), done = std::move(done)]() mutable {
        done(std::move(result));
      });
    });
  }

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::thread_pool threads_;
};

}  // namespace seekd::daemon
