#include "model/threads.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>

#include <ATen/ATen.h>
#include <ATen/Parallel.h>

namespace seekd::model {

namespace {

int processors() {
  return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
}

// libgomp keeps the threads of a parallel loop for the next loop of the same thread; this loop
// fills a tensor just large enough to be divided among all.
void own_idle_threads(const std::stop_token& stop, int threads) {
  use_threads(threads);
  at::ones({threads * at::internal::GRAIN_SIZE}, at::kByte);
  std::mutex mutex;
  std::unique_lock lock(mutex);
  std::condition_variable_any stopped;
  stopped.wait(lock, stop, [] { return false; });
}

}  // namespace

int thread_count(std::size_t configured) {
  return configured > 0 ? static_cast<int>(configured) : processors();
}

void use_threads(int threads) {
  at::set_num_threads(threads);
}

// One more than the processors that the working threads leave, and the owner itself.
ShortWaits::ShortWaits(int threads)
    : owner_([idle = std::max(2, processors() - threads + 2)](const std::stop_token& stop) {
        own_idle_threads(stop, idle);
      }) {}

}  // namespace seekd::model
