// Refresher: the watches at work. A timer asks its Scheduler who is due, visits run, and what came
// of each, answers to questions included, is kept in the cache's schedule before it is told.
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
#include "daemon/audit/auditor.h"
#include "daemon/refresh/scheduler.h"
#include "daemon/refresh/watch_visit.h"
#include "daemon/standing/answer_book.h"

namespace seekd::daemon {

class QuestionAsker;

struct StoredWatches {
  std::vector<Watch> watches;
  RefreshLedger ledger;
  AnswerBook::Answers answers;
};

// What a restart left. A record that cannot be read is passed over and told in the log. Errors:
// those of the schedule.
Result<StoredWatches> load_watches(cache::PageCache& cache);

class Refresher {
 public:
  // REQUIRES: the means outlive this.
  Refresher(const boost::asio::any_io_executor& executor, AsyncCache& cache, PageUpdater& pages,
            const config::RefreshConfig& config, Metrics& metrics, Auditor& auditor,
            StoredWatches stored);

  // Standing questions are asked by `asker`. REQUIRES: it outlives this.
  void start(QuestionAsker& asker);

  // Runs are broken off and are due still.
  void stop();

  // `done` gets the watch when it is on disk. Errors: as Scheduler::add; those of the schedule.
  void add(std::string url, WatchTerms terms, const std::function<void(Result<Watch>)>& done);
  void add(StandingQuestion question, WatchTerms terms,
           const std::function<void(Result<Watch>)>& done);
  // False: there was none.
  void remove(std::uint64_t id, std::function<void(Result<bool>)> done);
  // `done` gets the watch when its run has ended. Errors: as Scheduler::begin; not_found, where it
  // was removed meanwhile; cancelled.
  void run_now(std::uint64_t id, std::function<void(Result<Watch>)> done);

  const Scheduler& scheduler() const { return scheduler_; }

  // Answers are announced when they are on disk.
  AnswerBook& answers() { return answers_; }
  const AnswerBook& answers() const { return answers_; }
  // How far an answer's notice has come, kept.
  void set_delivery(std::uint64_t watch, std::uint64_t event, NoticeDelivery delivery);

 private:
  using Waiting = std::function<void(Result<Watch>)>;

  void look();
  void visit(std::uint64_t id);
  void visited(std::uint64_t id, const std::string& trace_id, Result<VisitResult> result);
  void added(const Result<const Watch*>& watch, const std::function<void(Result<Watch>)>& done);
  // The number of the answer, where it says something new.
  std::uint64_t enter(const Watch& watch, StandingAnswer answer);
  void announce(std::uint64_t watch, std::uint64_t event);
  void keep(const Watch& watch, std::function<void(const Status&)> done);
  void write(std::function<Status(cache::PageCache&)> work,
             std::function<void(const Status&)> done);
  void write_next();
  std::vector<Waiting> take_waiting(std::uint64_t id);
  static void tell(const std::vector<Waiting>& waiting, const Result<Watch>& watch);

  AsyncCache& cache_;
  PageUpdater& pages_;
  Metrics& metrics_;
  Auditor& auditor_;
  Scheduler scheduler_;
  boost::asio::steady_timer timer_;
  bool stopped_ = false;
  AnswerBook answers_;
  QuestionAsker* asker_ = nullptr;                         // from start() on
  std::map<std::uint64_t, std::function<void()>> visits_;  // that run; how each is broken off
  std::multimap<std::uint64_t, Waiting> waiting_;          // for the end of a run

  // One at a time: a removal must not overtake what was kept before it.
  struct Write {
    std::function<Status(cache::PageCache&)> work;
    std::function<void(const Status&)> done;
  };
  std::deque<Write> writes_;  // the front is being done
};

}  // namespace seekd::daemon
