#include "daemon/refresh/watch_visit.h"

#include <algorithm>
#include <utility>

#include "daemon/services.h"

namespace seekd::daemon {
namespace {

std::string reason_of(const Error& error) {
  if (error.code == ErrorCode::unavailable) return "fetcher_unavailable";
  return std::string(to_string(error.code));
}

RunOutcome outcome_of(cache::Change change) {
  switch (change) {
    case cache::Change::added:
      return RunOutcome::added;
    case cache::Change::unchanged:
      return RunOutcome::unchanged;
    case cache::Change::changed:
      return RunOutcome::changed;
  }
  return RunOutcome::changed;
}

WatchRun failure(std::string reason, std::string message, TimePoint now) {
  WatchRun run;
  run.at = now;
  run.reason = std::move(reason);
  run.message = std::move(message);
  return run;
}

// Asked for again it would say the same: a check of ours refuses it, or its server does for good.
bool is_final(const WatchRun& run) {
  if (run.reason == to_string(policy::EgressReason::http_error)) {
    constexpr int request_timeout = 408, too_many_requests = 429, server_error = 500;
    return run.http_status < server_error && run.http_status != request_timeout &&
           run.http_status != too_many_requests;
  }
  using enum policy::EgressReason;
  for (const auto passing :
       {robots_unavailable, rate_limited, outside_hours, resolve_failed, resolve_timeout,
        connect_failed, tls_failed, timeout, framing_invalid, worker_failed, internal}) {
    if (run.reason == to_string(passing)) return false;
  }
  return true;
}

bool names_others(PageKind kind) {
  return kind != PageKind::page;
}

// Reads on a cache thread: a list may have thousands of entries.
std::vector<EntryState> judge_all(cache::PageCache& cache, const std::vector<Candidate>& candidates,
                                  TimePoint now) {
  std::vector<EntryState> states;
  for (const Candidate& candidate : candidates) {
    const auto stored = cache.find(candidate.url, now);
    // One that cannot be read is fetched anew.
    const bool there = stored && *stored;
    states.push_back(
        judge_entry(candidate, there ? std::optional((*stored)->retrieved_at) : std::nullopt));
  }
  return states;
}

}  // namespace

WatchRun run_of(const Result<PageUpdate>& update, TimePoint now) {
  if (!update) return failure(reason_of(update.error()), update.error().message, now);
  const fetcher::FetchReply& reply = update->reply;
  WatchRun run;
  if (update->kept) {
    run.at = now;
    run.outcome = outcome_of(update->kept->outcome.change);
  } else if (reply.page) {
    run = failure("not_stored", reply.message, now);
  } else {
    run = failure(std::string(to_string(reply.reason)), reply.message, now);
  }
  run.http_status = static_cast<std::uint16_t>(reply.http_status);
  return run;
}

std::shared_ptr<WatchVisit> WatchVisit::start(Means means, Watch watch, Done done) {
  std::shared_ptr<WatchVisit> visit(
      new WatchVisit(std::move(means), std::move(watch), std::move(done)));
  visit->ask(visit->watch_.url, policy::Provenance::user,
             [visit](const Result<PageUpdate>& update) { visit->on_page(update); });
  return visit;
}

void WatchVisit::cancel() {
  cancelled_ = true;
  if (running_) running_->cancel();
}

void WatchVisit::ask(const std::string& url, policy::Provenance provenance,
                     PageUpdater::Done done) {
  means_.scheduler.spend(1, 0, wall_clock());
  running_ = means_.pages.update(
      {.url = url, .provenance = provenance, .asker = Asker::watch, .trace_id = means_.trace_id},
      [self = shared_from_this(), done = std::move(done)](const Result<PageUpdate>& update) {
        self->running_ = nullptr;
        if (self->cancelled_) {
          return self->done_(fail(ErrorCode::cancelled, "the run was broken off"));
        }
        if (update) {
          self->means_.scheduler.spend(0, update->reply.wire_bytes, wall_clock());
          self->result_.run.wire_bytes += update->reply.wire_bytes;
        }
        done(update);
      });
}

void WatchVisit::on_page(const Result<PageUpdate>& update) {
  const std::uint64_t bytes = result_.run.wire_bytes;
  result_.run = run_of(update, wall_clock());
  result_.run.wire_bytes = bytes;
  result_.kind = watch_.kind;
  if (update) result_.retry_after = update->reply.retry_after;
  if (!result_.run.succeeded()) return finish();
  const bool confirmed = update->reply.outcome == fetcher::FetchOutcome::not_modified;
  if (confirmed) result_.not_modified = VisitResult::Confirmed::yes;
  result_.kind = update->kept->page.kind;
  // A list that its server confirms names nothing new, but for what there was no room for.
  if (!names_others(result_.kind) || (confirmed && watch_.entries_left == 0)) return finish();
  examine(candidates_of(update->kept->page.entries, watch_.url, watch_.given_up), result_.kind);
}

void WatchVisit::examine(std::vector<Candidate> candidates, PageKind listed_in) {
  auto shared = std::make_shared<const std::vector<Candidate>>(std::move(candidates));
  means_.cache.run(
      [shared](cache::PageCache& cache, TimePoint now) { return judge_all(cache, *shared, now); },
      [self = shared_from_this(), shared, listed_in](const std::vector<EntryState>& states) {
        if (self->cancelled_) {
          return self->done_(fail(ErrorCode::cancelled, "the run was broken off"));
        }
        self->queue(states, *shared, listed_in);
        self->next_entry();
      });
}

void WatchVisit::queue(const std::vector<EntryState>& states, std::vector<Candidate> candidates,
                       PageKind listed_in) {
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    // A sitemap that is dated nowhere says for itself whether it has changed.
    const bool asks_itself = listed_in == PageKind::sitemap_index && !candidates[i].changed;
    if (states[i] == EntryState::absent) {
      absent_.push_back({std::move(candidates[i]), listed_in});
    } else if (states[i] == EntryState::changed || asks_itself) {
      changed_.push_back({std::move(candidates[i]), listed_in});
    }
  }
}

void WatchVisit::next_entry() {
  std::deque<Wanted>& from = absent_.empty() ? changed_ : absent_;
  if (from.empty() || entries_asked_ >= watch_.terms.entries_max ||
      !means_.scheduler.affordable(wall_clock())) {
    return finish();
  }
  ++entries_asked_;
  const Wanted wanted = std::move(from.front());
  from.pop_front();
  ask(wanted.candidate.url, policy::Provenance::feed,
      [self = shared_from_this(), wanted](const Result<PageUpdate>& update) {
        self->on_entry(wanted, update);
      });
}

void WatchVisit::on_entry(const Wanted& wanted, const Result<PageUpdate>& update) {
  const WatchRun run = run_of(update, wall_clock());
  if (!run.succeeded()) {
    ++result_.run.entries_failed;
    if (update && is_final(run)) {
      result_.given_up.push_back(wanted.candidate.hash);
    } else {
      ++result_.entries_left;
    }
    return next_entry();
  }
  if (run.outcome != RunOutcome::unchanged) ++result_.run.entries_fetched;
  const cache::StoredPage& page = update->kept->page;
  if (wanted.listed_in == PageKind::sitemap_index && names_others(page.kind)) {
    return examine(candidates_of(page.entries, page.url, watch_.given_up), page.kind);
  }
  next_entry();
}

void WatchVisit::finish() {
  result_.entries_left += absent_.size() + changed_.size();
  result_.run.at = wall_clock();
  done_(std::move(result_));
}

}  // namespace seekd::daemon
