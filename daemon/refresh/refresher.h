// Refresher: the watches at work. A timer asks its Scheduler who is due, visits run, and what came
// of each is kept in the cache's schedule before it is told.
//
// All functions are called on the I/O thread; callbacks run there.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "cache/schedule.h"
#include "daemon/refresh/scheduler.h"
#include "daemon/refresh/watch_visit.h"

namespace seekd::daemon {

struct StoredWatches {
  std::vector<Watch> watches;
  RefreshLedger ledger;
};

// What a restart left. A record that cannot be read is passed over and told in the log. Errors:
// those of the schedule.
Result<StoredWatches> load_watches(cache::PageCache& cache);

class Refresher {
 public:
  // REQUIRES: the means outlive this.
  Refresher(const boost::asio::any_io_executor& executor, AsyncCache& cache, PageUpdater& pages,
            const config::RefreshConfig& config, Metrics& metrics, StoredWatches stored);

  void start();

  // Runs are broken off and are due still.
  void stop();

  // `done` gets the watch when it is on disk. Errors: as Scheduler::add; those of the schedule.
  void add(std::string url, WatchTerms terms, std::function<void(Result<Watch>)> done);
  // False: there was none.
  void remove(std::uint64_t id, std::function<void(Result<bool>)> done);
  // `done` gets the watch when its run has ended. Errors: as Scheduler::begin; not_found, where it
  // was removed meanwhile; cancelled.
  void run_now(std::uint64_t id, std::function<void(Result<Watch>)> done);

  const Scheduler& scheduler() const { return scheduler_; }

 private:
  using Waiting = std::function<void(Result<Watch>)>;

  void look();
  void visit(std::uint64_t id);
  void visited(std::uint64_t id, Result<VisitResult> result);
  void keep(const Watch& watch, std::function<void(const Status&)> done);
  void write(std::function<Status(cache::PageCache&)> work,
             std::function<void(const Status&)> done);
  void write_next();
  void tell(std::uint64_t id, const Result<Watch>& watch);

  AsyncCache& cache_;
  PageUpdater& pages_;
  Metrics& metrics_;
  Scheduler scheduler_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  std::map<std::uint64_t, std::shared_ptr<WatchVisit>> visits_;
  std::multimap<std::uint64_t, Waiting> waiting_;  // for the end of a run

  // One at a time: a removal must not overtake what was kept before it.
  struct Write {
    std::function<Status(cache::PageCache&)> work;
    std::function<void(const Status&)> done;
  };
  std::deque<Write> writes_;  // the front is being done
};

}  // namespace seekd::daemon
