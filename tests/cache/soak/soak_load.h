// SoakLoad: readers, a writer, searchers, an embedder and the reclaiming of a cache, at once and at
// a steady pace, each on a thread of its own. What is read is compared with what was stored.
//
// Constructed, it runs; take() may be called from any thread; the destructor waits for all.

#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "cache/page_cache.h"

namespace seekd::cache {

enum class Operation : std::uint8_t { read, store, search, embed, reclaim };
inline constexpr std::size_t operation_count = 5;

struct SoakRates {
  double reads = 50;  // a second, as all of these
  double stores = 5;
  double searches = 10;
  std::uint32_t urls = 4000;
  std::chrono::seconds reclaim_every{15};
};

class SoakLoad {
 public:
  struct Interval {
    std::array<std::vector<float>, operation_count> milliseconds;
    std::uint64_t pages_gone = 0;     // read after they expired or were evicted
    std::vector<std::string> errors;  // the first of the interval
    std::uint64_t errors_total = 0;
  };

  // REQUIRES: `cache` outlives this.
  SoakLoad(PageCache& cache, const SoakRates& rates, std::uint64_t seed);
  ~SoakLoad();
  SoakLoad(const SoakLoad&) = delete;
  SoakLoad& operator=(const SoakLoad&) = delete;

  // What happened since the last call.
  Interval take();

 private:
  using Random = std::mt19937_64;
  using Clock = std::chrono::steady_clock;

  void start(Operation operation, double per_second, std::uint64_t seed,
             std::function<void(Random&)> act);
  void run(Operation operation, Clock::duration pause, Random random,
           const std::function<void(Random&)>& act);
  bool wait_until(Clock::time_point when);
  void read(Random& random);
  void store(Random& random);
  void search(Random& random);
  void embed(Random& random);
  void reclaim(Random& random);
  void complain(const std::string& what);

  PageCache& cache_;
  const SoakRates rates_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;
  Interval interval_;
  std::map<std::string, std::uint64_t> stored_;  // url → number of its latest edition
  std::vector<std::string> urls_;                // of stored_
  std::uint64_t next_edition_ = 1;
  std::vector<std::thread> threads_;
};

}  // namespace seekd::cache
