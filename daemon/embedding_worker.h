// EmbeddingWorker: the thread that embeds what is stored, behind everything that somebody waits
// for.
//
// A page is stored and found by its words without it. The thread yields the processor to all others
// (nice 10), embeds few passages at a time, and goes on after a restart where it was: what waits is
// written in the cache. A failure is told once, and tried again later. The destructor waits for the
// passages at hand.

#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

#include "cache/page_cache.h"

namespace seekd::daemon {

class EmbeddingWorker {
 public:
  // `failed` is called on the thread with what went wrong, `caught_up` with the number of passages
  // embedded each time that none waits any more. REQUIRES: `cache` outlives this.
  EmbeddingWorker(cache::PageCache& cache, std::function<void(const Error&)> failed,
                  std::function<void(std::size_t)> caught_up);

 private:
  void work(const std::stop_token& stop);

  cache::PageCache& cache_;
  std::function<void(const Error&)> failed_;
  std::function<void(std::size_t)> caught_up_;
  std::jthread thread_;  // last: it uses all of the above
};

}  // namespace seekd::daemon
