#include "daemon/refresh/refresher.h"

#include <algorithm>
#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/refresh/watch_record.h"
#include "daemon/services.h"
#include "daemon/standing/answer_record.h"
#include "daemon/standing/question_visit.h"
#include "policy/quoted.h"
#include "policy/trace_context.h"

namespace seekd::daemon {
namespace {

// Answers first: what is asked again after a crash confirms them.
Status put(cache::PageCache& cache, const Watch& watch, const std::vector<StandingAnswer>& answers,
           const RefreshLedger& ledger) {
  if (!answers.empty()) {
    const Status kept = cache.schedule().put({answers_number(watch.id), encode(answers)});
    if (!kept) return kept;
  }
  if (Status kept = cache.schedule().put({watch.id, encode(watch)}); !kept) return kept;
  return cache.schedule().put({ledger_number, encode(ledger)});
}

// Not a word of a question.
std::string named(const Watch& watch) {
  return watch.question ? "question" : policy::quoted(watch.url);
}

void log_run(const Watch& watch, const std::string& trace_id) {
  const WatchRun& run = watch.history.back();
  if (run.succeeded() && watch.question) {
    spdlog::info("watch {} {} {}: cited pages changed {}, failed {} trace_id={}", watch.id,
                 named(watch), to_string(run.outcome), run.entries_fetched, run.entries_failed,
                 trace_id);
  } else if (run.succeeded()) {
    spdlog::info("watch {} {} {}: entries new {}, failed {}, left {} trace_id={}", watch.id,
                 named(watch), to_string(run.outcome), run.entries_fetched, run.entries_failed,
                 watch.entries_left, trace_id);
  } else {
    spdlog::warn("watch {} {} failed: {}: {} trace_id={}", watch.id, named(watch), run.reason,
                 policy::quoted(run.message), trace_id);
  }
}

boost::json::object audited_run(const Watch& watch, const std::string& trace_id) {
  const WatchRun& run = watch.history.back();
  return {{"watch", watch.id},
          {"url", watch.url},
          {"outcome", to_string(run.outcome)},
          {"reason", run.reason},
          {"entries_fetched", run.entries_fetched},
          {"trace_id", trace_id}};
}

}  // namespace

Result<StoredWatches> load_watches(cache::PageCache& cache) {
  const auto records = cache.schedule().load();
  if (!records) return std::unexpected(records.error());
  StoredWatches stored;
  for (const cache::ScheduledRecord& record : *records) {
    Watch watch;
    if (record.number >= answers_number_first) {
      auto& answers = stored.answers[record.number & ~answers_number_first];
      if (decode(record.bytes, answers)) continue;
      answers.clear();
      spdlog::warn("the answers to question {} are damaged: it is asked anew",
                   record.number & ~answers_number_first);
    } else if (record.number == ledger_number) {
      if (!decode(record.bytes, stored.ledger))
        spdlog::warn("the refresh ledger is damaged: begun anew");
    } else if (decode(record.bytes, watch) && watch.id == record.number) {
      stored.watches.push_back(std::move(watch));
    } else {
      spdlog::warn("watch {} is damaged and does not run: add it anew", record.number);
    }
  }
  return stored;
}

Refresher::Refresher(const boost::asio::any_io_executor& executor, AsyncCache& cache,
                     PageUpdater& pages, const config::RefreshConfig& config, Metrics& metrics,
                     Auditor& auditor, StoredWatches stored)
    : cache_(cache),
      pages_(pages),
      metrics_(metrics),
      auditor_(auditor),
      scheduler_(config, std::move(stored.watches), stored.ledger, wall_clock()),
      timer_(executor),
      answers_(std::move(stored.answers)) {}

void Refresher::start(QuestionAsker& asker) {
  asker_ = &asker;
  look();
}

void Refresher::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& [id, break_off] : visits_) break_off();
  answers_.close();
}

void Refresher::look() {
  if (stopped_) return;
  for (const std::uint64_t id : scheduler_.begin_due(wall_clock())) visit(id);
  timer_.expires_after(scheduler_.pause(wall_clock()));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) look();
  });
}

void Refresher::visit(std::uint64_t id) {
  const Watch& watch = *scheduler_.find(id);
  const std::string trace_id = random_hex(policy::trace_id_digits);
  auto done = [this, id, trace_id](Result<VisitResult> result) {
    visited(id, trace_id, std::move(result));
  };
  if (!watch.question) {
    const auto visit =
        WatchVisit::start({cache_, pages_, scheduler_, trace_id}, watch, std::move(done));
    visits_[id] = [visit] { visit->cancel(); };
    return;
  }
  const auto& known = answers_.of(id);
  const auto visit = QuestionVisit::start(
      {cache_, pages_, scheduler_, *asker_, trace_id}, watch,
      known.empty() ? std::nullopt : std::optional(known.back()), std::move(done));
  visits_[id] = [visit] { visit->cancel(); };
}

void Refresher::visited(std::uint64_t id, const std::string& trace_id, Result<VisitResult> result) {
  visits_.erase(id);
  // Who asks for a run while this one is being written down waits for the next.
  const auto waiting = take_waiting(id);
  if (!result) {
    scheduler_.abandoned(id);
    return tell(waiting, std::unexpected(result.error()));
  }
  metrics_.refreshed(result->run.outcome);
  const Watch* const watch = scheduler_.finished(id, *result, wall_clock());
  if (watch == nullptr) {
    tell(waiting, fail(ErrorCode::not_found, "the watch was removed while it ran"));
  } else {
    log_run(*watch, trace_id);
    auditor_.record("refresh", audited_run(*watch, trace_id));
    const std::uint64_t event = result->answer ? enter(*watch, *std::move(result->answer)) : 0;
    keep(*watch, [this, watch = *watch, event, waiting](const Status& kept) {
      if (!kept) spdlog::warn("watch {} is not kept: {}", watch.id, kept.error().message);
      if (kept && event != 0) announce(watch.id, event);
      tell(waiting, kept ? Result<Watch>(watch) : std::unexpected(kept.error()));
    });
  }
  look();
}

std::uint64_t Refresher::enter(const Watch& watch, StandingAnswer answer) {
  std::uint64_t event = 0;
  if (answers_.is_news(watch.id, answer)) {
    event = answer.event = scheduler_.next_event();
    answer.delivery.next_at = answer.at;
    if (!watch.question->webhook.empty()) answer.delivery.state = NoticeDelivery::State::pending;
  }
  answers_.enter(watch.id, std::move(answer));
  return event;
}

void Refresher::announce(std::uint64_t watch, std::uint64_t event) {
  const auto& known = answers_.of(watch);
  const auto answer = std::ranges::find(known, event, &StandingAnswer::event);
  if (answer != known.end()) answers_.announce(watch, StandingAnswer(*answer));
}

void Refresher::set_delivery(std::uint64_t watch, std::uint64_t event, NoticeDelivery delivery) {
  if (!answers_.set_delivery(watch, event, std::move(delivery))) return;
  write([number = answers_number(watch), bytes = encode(answers_.of(watch))](
            cache::PageCache& cache) { return cache.schedule().put({number, bytes}); },
        [watch](const Status& kept) {
          if (!kept) spdlog::warn("a notice of watch {}: {}", watch, kept.error().message);
        });
}

void Refresher::keep(const Watch& watch, std::function<void(const Status&)> done) {
  write([watch, answers = answers_.of(watch.id), ledger = scheduler_.ledger(wall_clock())](
            cache::PageCache& cache) { return put(cache, watch, answers, ledger); },
        std::move(done));
}

void Refresher::write(std::function<Status(cache::PageCache&)> work,
                      std::function<void(const Status&)> done) {
  writes_.push_back({std::move(work), std::move(done)});
  if (writes_.size() == 1) write_next();
}

void Refresher::write_next() {
  cache_.run(writes_.front().work, [this](const Status& written) {
    const auto done = std::move(writes_.front().done);
    writes_.pop_front();
    if (!writes_.empty()) write_next();
    done(written);
  });
}

std::vector<Refresher::Waiting> Refresher::take_waiting(std::uint64_t id) {
  std::vector<Waiting> waiting;
  const auto [first, last] = waiting_.equal_range(id);
  for (auto one = first; one != last; ++one) waiting.push_back(std::move(one->second));
  waiting_.erase(first, last);
  return waiting;
}

void Refresher::tell(const std::vector<Waiting>& waiting, const Result<Watch>& watch) {
  for (const Waiting& done : waiting) done(watch);
}

void Refresher::add(std::string url, WatchTerms terms,
                    const std::function<void(Result<Watch>)>& done) {
  added(scheduler_.add(std::move(url), std::move(terms), wall_clock()), done);
}

void Refresher::add(StandingQuestion question, WatchTerms terms,
                    const std::function<void(Result<Watch>)>& done) {
  added(scheduler_.add(std::move(question), std::move(terms), wall_clock()), done);
}

void Refresher::added(const Result<const Watch*>& watch,
                      const std::function<void(Result<Watch>)>& done) {
  if (!watch) return done(std::unexpected(watch.error()));
  keep(**watch, [this, watch = **watch, done](const Status& kept) {
    if (!kept) return done(std::unexpected(kept.error()));
    done(watch);
    look();
  });
}

void Refresher::remove(std::uint64_t id, std::function<void(Result<bool>)> done) {
  if (!scheduler_.remove(id)) return done(false);
  if (const auto visit = visits_.find(id); visit != visits_.end()) visit->second();
  answers_.erase(id);
  write(
      [id](cache::PageCache& cache) {
        const Status erased = cache.schedule().erase(answers_number(id));
        return erased ? cache.schedule().erase(id) : erased;
      },
      [done = std::move(done)](const Status& erased) {
        done(erased ? Result<bool>(true) : std::unexpected(erased.error()));
      });
}

void Refresher::run_now(std::uint64_t id, std::function<void(Result<Watch>)> done) {
  const auto begun = scheduler_.begin(id, wall_clock());
  if (!begun) return done(std::unexpected(begun.error()));
  waiting_.emplace(id, std::move(done));
  if (*begun == Scheduler::Begun::now) visit(id);
}

}  // namespace seekd::daemon
