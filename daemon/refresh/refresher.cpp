#include "daemon/refresh/refresher.h"

#include <utility>

#include <spdlog/spdlog.h>

#include "daemon/refresh/watch_record.h"
#include "daemon/services.h"
#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

Status put(cache::PageCache& cache, const Watch& watch, const RefreshLedger& ledger) {
  if (Status kept = cache.schedule().put({watch.id, encode(watch)}); !kept) return kept;
  return cache.schedule().put({ledger_number, encode(ledger)});
}

void log_run(const Watch& watch) {
  const WatchRun& run = watch.history.back();
  if (run.succeeded()) {
    spdlog::info("watch {} {} {}: entries new {}, failed {}, left {}", watch.id,
                 policy::quoted(watch.url), to_string(run.outcome), run.entries_fetched,
                 run.entries_failed, watch.entries_left);
  } else {
    spdlog::warn("watch {} {} failed: {}: {}", watch.id, policy::quoted(watch.url), run.reason,
                 policy::quoted(run.message));
  }
}

}  // namespace

Result<StoredWatches> load_watches(cache::PageCache& cache) {
  const auto records = cache.schedule().load();
  if (!records) return std::unexpected(records.error());
  StoredWatches stored;
  for (const cache::ScheduledRecord& record : *records) {
    Watch watch;
    if (record.number == ledger_number) {
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
                     StoredWatches stored)
    : cache_(cache),
      pages_(pages),
      metrics_(metrics),
      scheduler_(config, std::move(stored.watches), stored.ledger, wall_clock()),
      timer_(executor) {}

void Refresher::start() {
  look();
}

void Refresher::stop() {
  stopped_ = true;
  timer_.cancel();
  for (const auto& [id, visit] : visits_) visit->cancel();
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
  visits_[id] =
      WatchVisit::start({cache_, pages_, scheduler_}, *scheduler_.find(id),
                        [this, id](Result<VisitResult> result) { visited(id, std::move(result)); });
}

void Refresher::visited(std::uint64_t id, Result<VisitResult> result) {
  visits_.erase(id);
  if (!result) {
    scheduler_.abandoned(id);
    return tell(id, std::unexpected(result.error()));
  }
  metrics_.refreshed(result->run.outcome);
  const Watch* const watch = scheduler_.finished(id, *result, wall_clock());
  if (watch == nullptr) {
    tell(id, fail(ErrorCode::not_found, "the watch was removed while it ran"));
  } else {
    log_run(*watch);
    keep(*watch, [this, watch = *watch](const Status& kept) {
      if (!kept) spdlog::warn("watch {} is not kept: {}", watch.id, kept.error().message);
      tell(watch.id, kept ? Result<Watch>(watch) : std::unexpected(kept.error()));
    });
  }
  look();
}

void Refresher::keep(const Watch& watch, std::function<void(const Status&)> done) {
  write([watch, ledger = scheduler_.ledger(wall_clock())](
            cache::PageCache& cache) { return put(cache, watch, ledger); },
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

void Refresher::tell(std::uint64_t id, const Result<Watch>& watch) {
  const auto [first, last] = waiting_.equal_range(id);
  const std::multimap<std::uint64_t, Waiting> told(first, last);
  waiting_.erase(first, last);
  for (const auto& [number, done] : told) done(watch);
}

void Refresher::add(std::string url, WatchTerms terms, std::function<void(Result<Watch>)> done) {
  const auto added = scheduler_.add(std::move(url), std::move(terms), wall_clock());
  if (!added) return done(std::unexpected(added.error()));
  keep(**added, [this, watch = **added, done = std::move(done)](const Status& kept) {
    if (!kept) return done(std::unexpected(kept.error()));
    done(watch);
    look();
  });
}

void Refresher::remove(std::uint64_t id, std::function<void(Result<bool>)> done) {
  if (!scheduler_.remove(id)) return done(false);
  if (const auto visit = visits_.find(id); visit != visits_.end()) visit->second->cancel();
  write([id](cache::PageCache& cache) { return cache.schedule().erase(id); },
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
