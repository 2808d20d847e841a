#include "daemon/standing/question_visit.h"

#include <utility>

#include <boost/asio/post.hpp>

#include "daemon/access/terms.h"
#include "daemon/refresh/watch_visit.h"
#include "daemon/services.h"
#include "policy/collection.h"

namespace seekd::daemon {
namespace {

// As WatchRun's: what is ours is tried again soon (scheduler.cpp).
std::string reason_of(const Error& error) {
  if (error.code == ErrorCode::unavailable) return "model_unavailable";
  return std::string(to_string(error.code));
}

}  // namespace

std::vector<ChangedPage> changed_since(cache::PageCache& cache, const StandingAnswer& answer,
                                       TimePoint now) {
  std::vector<ChangedPage> changed;
  for (const CitedPage& page : answer.cited) {
    const auto stored = cache.find(page.url, now);
    // One that cannot be read is fetched anew when the question is asked.
    const std::uint32_t version = stored && *stored ? (*stored)->version : 0;
    if (version != page.version) changed.push_back({page.url, page.version, version});
  }
  return changed;
}

QuestionVisit::QuestionVisit(Means means, Watch watch, std::optional<StandingAnswer> latest,
                             Done done)
    : means_(std::move(means)),
      watch_(std::move(watch)),
      latest_(std::move(latest)),
      done_(std::move(done)) {
  if (!latest_) return;
  for (const CitedPage& page : latest_->cited) wanted_.push_back(page.url);
}

std::shared_ptr<QuestionVisit> QuestionVisit::start(Means means, Watch watch,
                                                    std::optional<StandingAnswer> latest,
                                                    Done done) {
  std::shared_ptr<QuestionVisit> visit(
      new QuestionVisit(std::move(means), std::move(watch), std::move(latest), std::move(done)));
  boost::asio::post(visit->means_.asker.executor(), [visit] { visit->begin(); });
  return visit;
}

void QuestionVisit::cancel() {
  cancelled_ = true;
  if (running_) running_->cancel();
  if (seat_) seat_->cancel();
}

bool QuestionVisit::broken_off() {
  if (cancelled_) done_(fail(ErrorCode::cancelled, "the run was broken off"));
  return cancelled_;
}

void QuestionVisit::begin() {
  if (broken_off()) return;
  auto owner = means_.asker.owner_of(*watch_.question);
  if (!owner) return end_failed("not_allowed", std::move(owner.error().message));
  owner_ = *std::move(owner);
  refresh_next();
}

// Pages of other collections than the web are no servers' to confirm.
void QuestionVisit::refresh_next() {
  while (!wanted_.empty() && means_.scheduler.affordable(wall_clock())) {
    const std::string url = std::move(wanted_.front());
    wanted_.pop_front();
    if (policy::collection_of(url) != policy::web_collection) continue;
    if (!may_have(*owner_.terms, url)) continue;
    ++asked_;
    means_.scheduler.spend(1, 0, wall_clock());
    running_ = means_.pages.update(
        {.url = url,
         .provenance = policy::Provenance::search_result,
         .asker = Asker::watch,
         .trace_id = means_.trace_id},
        [self = shared_from_this()](const Result<PageUpdate>& update) { self->on_page(update); });
    return;
  }
  compare();
}

void QuestionVisit::on_page(const Result<PageUpdate>& update) {
  running_ = nullptr;
  if (broken_off()) return;
  if (update) {
    means_.scheduler.spend(0, update->reply.wire_bytes, wall_clock());
    result_.run.wire_bytes += update->reply.wire_bytes;
  }
  WatchRun run = run_of(update, wall_clock());
  if (!run.succeeded()) {
    ++result_.run.entries_failed;
    failure_ = std::move(run);
  }
  refresh_next();
}

void QuestionVisit::compare() {
  if (!latest_) return ask();
  means_.cache.run([latest = *latest_](cache::PageCache& cache,
                                       TimePoint now) { return changed_since(cache, latest, now); },
                   [self = shared_from_this()](std::vector<ChangedPage> changed) {
                     self->compared(std::move(changed));
                   });
}

void QuestionVisit::compared(std::vector<ChangedPage> changed) {
  if (broken_off()) return;
  changed_ = std::move(changed);
  result_.run.entries_fetched = static_cast<std::uint32_t>(changed_.size());
  if (!changed_.empty() || latest_->cited.empty()) return ask();
  if (asked_ > 0 && result_.run.entries_failed == asked_) {
    result_.run.http_status = failure_->http_status;
    return end_failed(failure_->reason, failure_->message);
  }
  end(RunOutcome::unchanged);
}

void QuestionVisit::ask() {
  if (!means_.scheduler.may_answer(wall_clock())) {
    return end_failed("answers_spent", "today's answers are used up (refresh.answers_per_day_max)");
  }
  auto seat = means_.asker.ask(
      owner_, watch_.id, *watch_.question, means_.trace_id,
      [self = shared_from_this()](const Result<Answer>& answer) { self->answered(answer); });
  if (!seat) return end_failed(reason_of(seat.error()), std::move(seat.error().message));
  seat_ = *std::move(seat);
  means_.scheduler.spend_answer(wall_clock());
}

void QuestionVisit::answered(const Result<Answer>& answer) {
  seat_ = nullptr;
  if (broken_off()) return;
  if (!answer) return end_failed(reason_of(answer.error()), answer.error().message);
  result_.answer = standing_answer_of(*answer, wall_clock());
  result_.answer->changed = std::move(changed_);
  if (!latest_) return end(RunOutcome::added);
  end(says_the_same(*latest_, *result_.answer) ? RunOutcome::unchanged : RunOutcome::changed);
}

void QuestionVisit::end_failed(std::string reason, std::string message) {
  result_.run.reason = std::move(reason);
  result_.run.message = std::move(message);
  end(RunOutcome::failed);
}

void QuestionVisit::end(RunOutcome outcome) {
  result_.run.outcome = outcome;
  result_.run.at = wall_clock();
  done_(std::move(result_));
}

}  // namespace seekd::daemon
