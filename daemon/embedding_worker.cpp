#include "daemon/embedding_worker.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <utility>

#include <sys/resource.h>

namespace seekd::daemon {
namespace {

constexpr int niceness = 10;
// About a second of two cores, which is what stopping waits for.
constexpr std::size_t passages_at_once = 16;
// How long a new page waits at the most; asking the cache costs a microsecond.
constexpr std::chrono::milliseconds idle_pause{200};
constexpr std::chrono::seconds failure_pause{30};

// False when a stop was asked for meanwhile.
bool pause(const std::stop_token& stop, std::chrono::milliseconds duration) {
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait_for(lock, stop, duration, [] { return false; });
  return !stop.stop_requested();
}

}  // namespace

EmbeddingWorker::EmbeddingWorker(cache::PageCache& cache, std::function<void(const Error&)> failed,
                                 std::function<void(std::size_t)> caught_up)
    : cache_(cache),
      failed_(std::move(failed)),
      caught_up_(std::move(caught_up)),
      thread_([this](const std::stop_token& stop) { work(stop); }) {}

void EmbeddingWorker::work(const std::stop_token& stop) {
  // Linux keeps it per thread, and the threads that libtorch starts for this one inherit it.
  ::setpriority(PRIO_PROCESS, 0, niceness);
  std::size_t embedded = 0;
  while (!stop.stop_requested()) {
    const auto done = cache_.embed_waiting(passages_at_once);
    if (!done) {
      failed_(done.error());
      if (!pause(stop, failure_pause)) return;
    } else if (*done > 0) {
      embedded += *done;
    } else {
      if (embedded > 0) caught_up_(std::exchange(embedded, 0));
      if (!pause(stop, idle_pause)) return;
    }
  }
}

}  // namespace seekd::daemon
