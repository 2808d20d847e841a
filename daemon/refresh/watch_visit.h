// WatchVisit: one run of a watch. Its page is brought up to date; where that is a feed or a
// sitemap, so are its new and changed entries, one after another, as many as its terms and the
// day's budget allow. The sitemaps that an index names count as entries, and theirs too.
//
// All functions are called on the I/O thread. It keeps itself alive until it has called `done`.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "daemon/page_updater.h"
#include "daemon/refresh/feed_entries.h"
#include "daemon/refresh/scheduler.h"

namespace seekd::daemon {

class WatchVisit : public std::enable_shared_from_this<WatchVisit> {
 public:
  // What a visit works with; all that it refers to outlives the visit.
  struct Means {
    AsyncCache& cache;
    PageUpdater& pages;
    Scheduler& scheduler;  // for its budget
    std::string trace_id;  // of this run, in logs
  };
  // With the watch's new state; an error where it was cancelled.
  using Done = std::function<void(Result<VisitResult>)>;

  // `done` is called exactly once, never inside this call.
  static std::shared_ptr<WatchVisit> start(Means means, Watch watch, Done done);

  void cancel();

 private:
  // An entry that is to be fetched.
  struct Wanted {
    Candidate candidate;
    PageKind listed_in = PageKind::feed;
  };

  WatchVisit(Means means, Watch watch, Done done)
      : means_(std::move(means)), watch_(std::move(watch)), done_(std::move(done)) {}

  void ask(const std::string& url, policy::Provenance provenance, PageUpdater::Done done);
  void on_page(const Result<PageUpdate>& update);
  void examine(std::vector<Candidate> candidates, PageKind listed_in);
  void queue(const std::vector<EntryState>& states, std::vector<Candidate> candidates,
             PageKind listed_in);
  void next_entry();
  void on_entry(const Wanted& wanted, const Result<PageUpdate>& update);
  void finish();

  Means means_;
  const Watch watch_;
  Done done_;
  VisitResult result_;
  std::deque<Wanted> absent_;
  std::deque<Wanted> changed_;
  std::size_t entries_asked_ = 0;
  bool cancelled_ = false;
  std::shared_ptr<PageUpdater::Handle> running_;
};

// What a run says of a page's coming, or not coming.
WatchRun run_of(const Result<PageUpdate>& update, TimePoint now);

}  // namespace seekd::daemon
