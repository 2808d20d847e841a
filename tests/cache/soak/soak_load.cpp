#include "tests/cache/soak/soak_load.h"

#include <cmath>

#include "tests/cache/soak/soak_pages.h"

namespace seekd::cache {
namespace {

TimePoint wall_clock() {
  return std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
}

}  // namespace

SoakLoad::SoakLoad(PageCache& cache, const SoakRates& rates, std::uint64_t seed)
    : cache_(cache), rates_(rates) {
  start(Operation::store, rates.stores, seed + 1, [this](Random& random) { store(random); });
  start(Operation::read, rates.reads, seed + 2, [this](Random& random) { read(random); });
  start(Operation::search, rates.searches, seed + 3, [this](Random& random) { search(random); });
  start(Operation::embed, 1, seed + 4, [this](Random& random) { embed(random); });
  start(Operation::reclaim, 1.0 / static_cast<double>(rates.reclaim_every.count()), seed + 5,
        [this](Random& random) { reclaim(random); });
}

SoakLoad::~SoakLoad() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

SoakLoad::Interval SoakLoad::take() {
  const std::lock_guard lock(mutex_);
  return std::exchange(interval_, {});
}

void SoakLoad::start(Operation operation, double per_second, std::uint64_t seed,
                     std::function<void(Random&)> act) {
  const auto pause =
      std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(1.0 / per_second));
  threads_.emplace_back([this, operation, pause, seed, act = std::move(act)] {
    run(operation, pause, Random(seed), act);
  });
}

// False: it is to stop.
bool SoakLoad::wait_until(Clock::time_point when) {
  std::unique_lock lock(mutex_);
  return !stopped_.wait_until(lock, when, [this] { return stopping_; });
}

void SoakLoad::run(Operation operation, Clock::duration pause, Random random,
                   const std::function<void(Random&)>& act) {
  // What a slow moment left undone is not made up for.
  for (Clock::time_point next = Clock::now() + pause; wait_until(next);
       next = std::max(next + pause, Clock::now())) {
    const Clock::time_point begin = Clock::now();
    act(random);
    const std::chrono::duration<float, std::milli> taken = Clock::now() - begin;
    const std::lock_guard lock(mutex_);
    interval_.milliseconds[static_cast<std::size_t>(operation)].push_back(taken.count());
  }
}

void SoakLoad::complain(const std::string& what) {
  const std::lock_guard lock(mutex_);
  ++interval_.errors_total;
  if (interval_.errors.size() < 5) interval_.errors.push_back(what);
}

void SoakLoad::store(Random& random) {
  std::uint64_t edition = 0;
  {
    const std::lock_guard lock(mutex_);
    edition = next_edition_++;
  }
  const FetchedPage page = soak_page(random, rates_.urls, edition, wall_clock());
  const auto stored = cache_.store(page, wall_clock());
  if (!stored) return complain("store: " + stored.error().message);
  const std::lock_guard lock(mutex_);
  if (!stored_.contains(page.url)) urls_.push_back(page.url);
  stored_[page.url] = edition;
}

void SoakLoad::read(Random& random) {
  std::string url;
  std::uint64_t edition = 0;
  {
    const std::lock_guard lock(mutex_);
    if (urls_.empty()) return;
    url = urls_[random() % urls_.size()];
    edition = stored_.at(url);
  }
  const auto page = cache_.find(url, wall_clock());
  if (!page) return complain("read: " + page.error().message);
  if (!*page) {
    const std::lock_guard lock(mutex_);
    ++interval_.pages_gone;
    return;
  }
  if (edition_of(**page) < edition) complain(url + ": an older edition than was acknowledged");
}

void SoakLoad::search(Random& random) {
  SearchQuery query;
  query.text = soak_words(random, 3);
  query.mode = random() % 2 == 0 ? SearchMode::lexical : SearchMode::hybrid;
  const auto passages = cache_.search(query, wall_clock());
  if (!passages) complain("search: " + passages.error().message);
}

void SoakLoad::embed(Random& /*random*/) {
  const auto embedded = cache_.embed_waiting(256);
  if (!embedded) complain("embed: " + embedded.error().message);
}

void SoakLoad::reclaim(Random& /*random*/) {
  const auto purged = cache_.purge_expired(wall_clock(), 1000);
  if (!purged) complain("purge: " + purged.error().message);
  const auto evicted = cache_.fit_disk(wall_clock());
  if (!evicted) complain("fit: " + evicted.error().message);
}

}  // namespace seekd::cache
