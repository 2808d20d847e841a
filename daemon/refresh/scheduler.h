// Scheduler: which watches run when. Decides; knows neither timers nor pages nor the cache.
//
// One thread; time is an argument, and may jump. Missed runs are made up for once, however many
// they are. A clock that goes back leaves no watch waiting for a moment that is far again; one that
// goes forward lets each run once. At most refresh.running_max run at once, none begins in the
// quiet hours, and a day's budget holds for all of them together.

#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "config/config.h"
#include "daemon/refresh/watch.h"
#include "daemon/standing/standing_answer.h"
#include "policy/result.h"

namespace seekd::daemon {

// What came of one run.
struct VisitResult {
  enum class Confirmed : std::uint8_t { no, yes };

  WatchRun run;
  Confirmed not_modified = Confirmed::no;  // answered 304
  PageKind kind = PageKind::page;          // REQUIRES: of a run that succeeded
  std::uint64_t entries_left = 0;
  std::vector<std::uint64_t> given_up;   // entries that gave no page
  std::optional<StandingAnswer> answer;  // to a question that was asked
  std::chrono::seconds retry_after{0};   // the server asked for no request before
};

class Scheduler {
 public:
  // REQUIRES: config outlives this.
  Scheduler(const config::RefreshConfig& config, std::vector<Watch> watches,
            const RefreshLedger& ledger, TimePoint now);

  // A new watch runs at once. One on a URL that is watched already gets the new terms and keeps its
  // history. Errors: busy (refresh.watches_max).
  Result<const Watch*> add(std::string url, WatchTerms terms, TimePoint now);
  // Likewise; one question of one owner.
  Result<const Watch*> add(StandingQuestion question, WatchTerms terms, TimePoint now);

  // False: there is none. What runs of it is forgotten when it ends.
  bool remove(std::uint64_t id);

  const std::map<std::uint64_t, Watch>& watches() const { return watches_; }
  const Watch* find(std::uint64_t id) const;
  const Watch* find(std::string_view url) const;

  // Those that run from now on, the longest overdue first; each until finished().
  std::vector<std::uint64_t> begin_due(TimePoint now);

  // One by its id, whatever the hour. Errors: not_found; busy (the day's budget is spent). A watch
  // that runs already goes on.
  enum class Begun : std::uint8_t { now, before };
  Result<Begun> begin(std::uint64_t id, TimePoint now);

  bool running(std::uint64_t id) const { return running_.contains(id); }
  std::size_t running_count() const { return running_.size(); }

  // The day's budget has room for one page more, or for one answer.
  bool affordable(TimePoint now) const;
  bool may_answer(TimePoint now) const;
  void spend(std::uint64_t pages, std::uint64_t wire_bytes, TimePoint now);
  void spend_answer(TimePoint now);
  // Of the day of `now`.
  RefreshLedger ledger(TimePoint now) const;
  std::uint64_t next_event() { return ledger_.next_event++; }

  // The watch as it stands then; nullptr: it was removed meanwhile.
  const Watch* finished(std::uint64_t id, const VisitResult& result, TimePoint now);
  // A run that was broken off leaves the watch as it was.
  void abandoned(std::uint64_t id) { running_.erase(id); }

  // begin_due() is to be asked again after so long, or when something has finished: by the steady
  // clock, and soon enough to notice that the other one was set.
  std::chrono::seconds pause(TimePoint now) const;

  // How long the watch that waits longest is overdue; 0: none is.
  std::chrono::seconds overdue(TimePoint now) const;

 private:
  void settle(TimePoint now);
  Result<const Watch*> put(Watch* known, Watch fresh, TimePoint now);

  const config::RefreshConfig& config_;
  std::map<std::uint64_t, Watch> watches_;
  std::set<std::uint64_t> running_;
  RefreshLedger ledger_;
  TimePoint latest_;  // that begin_due() was asked
};

}  // namespace seekd::daemon
