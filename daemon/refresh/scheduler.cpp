#include "daemon/refresh/scheduler.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include "daemon/refresh/due_time.h"

namespace seekd::daemon {
namespace {

using std::chrono::seconds;

constexpr seconds look_again{30};
constexpr seconds clock_slack{60};  // time servers move a clock so much without being asked

std::int64_t day_of(TimePoint now) {
  return std::chrono::floor<std::chrono::days>(now).time_since_epoch().count();
}

// Of our own: the web was not asked, or not because of it.
bool is_ours(const WatchRun& run) {
  return run.reason == "fetcher_unavailable" || run.reason == "rate_limited" ||
         run.reason == "model_unavailable" || run.reason == "busy";
}

void merge_given_up(std::vector<std::uint64_t>& all, const std::vector<std::uint64_t>& more) {
  all.insert(all.end(), more.begin(), more.end());
  std::ranges::sort(all);
  all.erase(std::ranges::unique(all).begin(), all.end());
  // Too many to remember: they are tried again, some at a time.
  if (all.size() > entries_given_up_max) all.clear();
}

}  // namespace

Scheduler::Scheduler(const config::RefreshConfig& config, std::vector<Watch> watches,
                     const RefreshLedger& ledger, TimePoint now)
    : config_(config), ledger_(ledger), latest_(now) {
  for (Watch& watch : watches) {
    ledger_.next_id = std::max(ledger_.next_id, watch.id + 1);
    watches_.emplace(watch.id, std::move(watch));
  }
  settle(now);
}

// No watch waits longer than it would if it were asked for now.
void Scheduler::settle(TimePoint now) {
  for (auto& [id, watch] : watches_) {
    const auto next = next_due(watch, now, config_);
    if (!watch.due || (next && *next < *watch.due)) watch.due = next;
  }
}

Result<const Watch*> Scheduler::add(std::string url, WatchTerms terms, TimePoint now) {
  const Watch* const known = find(url);
  Watch fresh;
  fresh.url = std::move(url);
  fresh.terms = std::move(terms);
  return put(known == nullptr ? nullptr : &watches_.at(known->id), std::move(fresh), now);
}

Result<const Watch*> Scheduler::add(StandingQuestion question, WatchTerms terms, TimePoint now) {
  const auto known = std::ranges::find_if(watches_, [&](const auto& numbered) {
    const auto& other = numbered.second.question;
    return other && other->text == question.text && same_caller(other->owner, question.owner);
  });
  Watch fresh;
  fresh.question = std::move(question);
  fresh.terms = std::move(terms);
  return put(known == watches_.end() ? nullptr : &known->second, std::move(fresh), now);
}

Result<const Watch*> Scheduler::put(Watch* known, Watch fresh, TimePoint now) {
  if (known != nullptr) {
    known->terms = std::move(fresh.terms);
    known->question = std::move(fresh.question);
    known->due = next_due(*known, now, config_);
    return known;
  }
  if (watches_.size() >= config_.watches_max) {
    return fail(ErrorCode::busy, "there are " + std::to_string(watches_.size()) +
                                     " watches already: remove one, or raise refresh.watches_max");
  }
  fresh.id = ledger_.next_id++;
  fresh.added_at = now;
  fresh.due = now;
  return &watches_.emplace(fresh.id, std::move(fresh)).first->second;
}

bool Scheduler::remove(std::uint64_t id) {
  return watches_.erase(id) != 0;
}

const Watch* Scheduler::find(std::uint64_t id) const {
  const auto found = watches_.find(id);
  return found == watches_.end() ? nullptr : &found->second;
}

const Watch* Scheduler::find(std::string_view url) const {
  const auto found = std::ranges::find_if(watches_, [&](const auto& numbered) {
    return !numbered.second.question && numbered.second.url == url;
  });
  return found == watches_.end() ? nullptr : &found->second;
}

std::vector<std::uint64_t> Scheduler::begin_due(TimePoint now) {
  if (now + clock_slack < latest_) settle(now);
  latest_ = now;
  if (quiet_until(config_, now) || !affordable(now)) return {};
  std::vector<std::pair<TimePoint, std::uint64_t>> waiting;
  for (const auto& [id, watch] : watches_) {
    if (watch.due && *watch.due <= now && !running(id)) waiting.emplace_back(*watch.due, id);
  }
  std::ranges::sort(waiting);
  std::vector<std::uint64_t> begun;
  for (const auto& [due, id] : waiting) {
    if (running_.size() >= config_.running_max) break;
    running_.insert(id);
    begun.push_back(id);
  }
  return begun;
}

Result<Scheduler::Begun> Scheduler::begin(std::uint64_t id, TimePoint now) {
  if (find(id) == nullptr) {
    return fail(ErrorCode::not_found, "there is no watch " + std::to_string(id));
  }
  if (running(id)) return Begun::before;
  if (!affordable(now)) {
    return fail(ErrorCode::busy,
                "today's watches have used up their budget (refresh.pages_per_day_max, "
                "refresh.bytes_per_day_max)");
  }
  running_.insert(id);
  return Begun::now;
}

RefreshLedger Scheduler::ledger(TimePoint now) const {
  if (ledger_.day == day_of(now)) return ledger_;
  return {.day = day_of(now), .next_id = ledger_.next_id, .next_event = ledger_.next_event};
}

bool Scheduler::affordable(TimePoint now) const {
  const RefreshLedger today = ledger(now);
  return today.pages < config_.pages_per_day_max && today.wire_bytes < config_.bytes_per_day_max;
}

bool Scheduler::may_answer(TimePoint now) const {
  return ledger(now).answers < config_.answers_per_day_max;
}

void Scheduler::spend_answer(TimePoint now) {
  ledger_ = ledger(now);
  ++ledger_.answers;
}

void Scheduler::spend(std::uint64_t pages, std::uint64_t wire_bytes, TimePoint now) {
  ledger_ = ledger(now);
  ledger_.pages += pages;
  ledger_.wire_bytes += wire_bytes;
}

const Watch* Scheduler::finished(std::uint64_t id, const VisitResult& result, TimePoint now) {
  running_.erase(id);
  const auto found = watches_.find(id);
  if (found == watches_.end()) return nullptr;
  Watch& watch = found->second;
  const WatchRun& run = result.run;
  ++watch.runs;
  if (run.outcome == RunOutcome::changed) ++watch.changes;
  if (result.not_modified == VisitResult::Confirmed::yes) ++watch.not_modified;
  if (run.succeeded()) {
    watch.failures_in_row = 0;
    watch.kind = result.kind;
    watch.entries_left = result.entries_left;
    merge_given_up(watch.given_up, result.given_up);
  } else {
    ++watch.failures;
    ++watch.failures_in_row;
  }
  watch.history.push_back(run);
  if (watch.history.size() > watch_runs_kept) watch.history.erase(watch.history.begin());
  watch.due = next_due(watch, now, config_);
  if (!run.succeeded() && is_ours(run) && watch.due) {
    watch.due = std::min(*watch.due, retry_due(watch, now));
  }
  if (watch.due) watch.due = std::max(*watch.due, now + result.retry_after);
  return &watch;
}

seconds Scheduler::pause(TimePoint now) const {
  seconds soonest = look_again;
  for (const auto& [id, watch] : watches_) {
    if (watch.due && *watch.due > now) soonest = std::min(soonest, *watch.due - now);
  }
  return soonest;
}

seconds Scheduler::overdue(TimePoint now) const {
  seconds longest{0};
  for (const auto& [id, watch] : watches_) {
    if (watch.due && !running(id)) longest = std::max(longest, now - *watch.due);
  }
  return longest;
}

}  // namespace seekd::daemon
