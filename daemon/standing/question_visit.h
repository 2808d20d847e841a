// QuestionVisit: one run of a standing question. The pages that its latest answer cites are brought
// up to date; the model is asked only where one of them is another version by then, where none was
// cited, or where there is no answer yet.
//
// All functions are called on the I/O thread. It keeps itself alive until it has called `done`.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "daemon/page_updater.h"
#include "daemon/refresh/scheduler.h"
#include "daemon/standing/question_asker.h"

namespace seekd::daemon {

class QuestionVisit : public std::enable_shared_from_this<QuestionVisit> {
 public:
  // What a visit works with; all that it refers to outlives the visit.
  struct Means {
    AsyncCache& cache;
    PageUpdater& pages;
    Scheduler& scheduler;  // for its budgets
    QuestionAsker& asker;
    std::string trace_id;  // of this run, in logs
  };
  // As WatchVisit's.
  using Done = std::function<void(Result<VisitResult>)>;

  // `latest`: the answer that stands. `done` is called exactly once, never inside this call.
  // REQUIRES: watch.question
  static std::shared_ptr<QuestionVisit> start(Means means, Watch watch,
                                              std::optional<StandingAnswer> latest, Done done);

  void cancel();

 private:
  QuestionVisit(Means means, Watch watch, std::optional<StandingAnswer> latest, Done done);

  void begin();
  void refresh_next();
  void on_page(const Result<PageUpdate>& update);
  void compare();
  void compared(std::vector<ChangedPage> changed);
  void ask();
  void answered(const Result<Answer>& answer);
  bool broken_off();
  void end(RunOutcome outcome);
  void end_failed(std::string reason, std::string message);

  Means means_;
  const Watch watch_;
  const std::optional<StandingAnswer> latest_;
  Done done_;
  VisitResult result_;
  Caller owner_;
  std::deque<std::string> wanted_;  // cited pages that are still to be asked for
  std::size_t asked_ = 0;
  std::optional<WatchRun> failure_;  // of the last page that could not be had
  std::vector<ChangedPage> changed_;
  std::shared_ptr<PageUpdater::Handle> running_;
  std::shared_ptr<AnswerDesk::Seat> seat_;
  bool cancelled_ = false;
};

// Which of the cited pages are not as they were: another version, or no longer there. What is noise
// makes no version (cache/page_change.h). Reads the cache; on one of its threads.
std::vector<ChangedPage> changed_since(cache::PageCache& cache, const StandingAnswer& answer,
                                       TimePoint now);

}  // namespace seekd::daemon
