#include "daemon/model_runner.h"

#include <algorithm>
#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>

namespace seekd::daemon {

ModelRunner::ModelRunner(boost::asio::any_io_executor executor, std::size_t running_max, Load load,
                         std::function<void()> changed)
    : executor_(std::move(executor)), background_max_(std::max<std::size_t>(1, running_max - 1)) {
  assert(running_max > 0);
  threads_.emplace_back(
      [this, load = std::move(load), changed = std::move(changed)](const std::stop_token& stop) {
        if (load_model(load, changed, stop)) work(stop);
      });
  // Nothing is asked of the others before the model is there.
  while (threads_.size() < running_max) {
    threads_.emplace_back([this](const std::stop_token& stop) { work(stop); });
  }
}

ModelRunner::~ModelRunner() {
  for (std::jthread& thread : threads_) thread.request_stop();
  {
    const std::lock_guard lock(mutex_);
    for (auto& [ticket, running] : running_) running.stop.request_stop();
  }
  threads_.clear();
}

Status ModelRunner::available(std::chrono::steady_clock::time_point now) const {
  if (state_ != State::ready) {
    return fail(ErrorCode::unavailable, "the model is being loaded: ask again in a moment");
  }
  const model::ModelHealth health = model_->health(now);
  if (health.state == model::ModelState::healthy) return {};
  return fail(ErrorCode::unavailable, health.reason);
}

ModelRunner::Ticket ModelRunner::generate(Claimant claimant, model::GenerateRequest request,
                                          OnBegin on_begin, OnText on_text, OnDone done,
                                          std::shared_ptr<model::Model> model) {
  Job job;
  job.claimant = std::move(claimant);
  job.priority = request.priority;
  job.refuse = [done](Error error) { done(std::unexpected(std::move(error))); };
  if (!model) model = model_;
  job.serve = [this, model = std::move(model), request = std::move(request),
               on_begin = std::move(on_begin), on_text = std::move(on_text),
               done = std::move(done)](const std::stop_token& stop) {
    boost::asio::post(executor_, on_begin);
    const auto on_delta = [&](const model::TextDelta& delta) {
      boost::asio::post(executor_, [on_text, delta] { on_text(delta); });
    };
    boost::asio::post(executor_,
                      [done, result = model->generate(request, on_delta, stop)]() mutable {
                        done(std::move(result));
                      });
  };
  return enqueue(std::move(job));
}

ModelRunner::Ticket ModelRunner::score(Claimant claimant, model::ScoreRequest request,
                                       OnScored done, std::shared_ptr<model::Model> model) {
  Job job;
  job.claimant = std::move(claimant);
  job.priority = request.priority;
  job.refuse = [done](Error error) { done(std::unexpected(std::move(error))); };
  if (!model) model = model_;
  job.serve = [this, model = std::move(model), request = std::move(request),
               done = std::move(done)](const std::stop_token& stop) {
    boost::asio::post(executor_, [done, result = model->score(request, stop)]() mutable {
      done(std::move(result));
    });
  };
  return enqueue(std::move(job));
}

std::shared_ptr<model::Model> ModelRunner::replace(std::shared_ptr<model::Model> model) {
  assert(state_ == State::ready && model);
  return std::exchange(model_, std::move(model));
}

ModelRunner::Ticket ModelRunner::enqueue(Job job) {
  assert(state_ == State::ready);
  job.ticket = ++last_;
  const Ticket ticket = job.ticket;
  const std::lock_guard lock(mutex_);
  shares_.arrived(job.claimant);
  queue_.push_back(std::move(job));
  work_waits_.notify_one();
  return ticket;
}

void ModelRunner::take_back(Ticket ticket) {
  const std::lock_guard lock(mutex_);
  if (const auto run = running_.find(ticket); run != running_.end()) {
    run->second.stop.request_stop();
  }
  const auto waiting = std::ranges::find(queue_, ticket, &Job::ticket);
  if (waiting == queue_.end()) return;
  shares_.left(waiting->claimant);
  let_go(std::move(*waiting), [](const Job& job) {
    job.refuse({ErrorCode::cancelled, "the question was taken back while it waited"});
  });
  queue_.erase(waiting);
}

std::size_t ModelRunner::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

std::size_t ModelRunner::running() const {
  const std::lock_guard lock(mutex_);
  return running_.size();
}

bool ModelRunner::load_model(const Load& load, const std::function<void()>& changed,
                             const std::stop_token& stop) {
  LoadMeter meter(std::chrono::steady_clock::now());
  const auto on_progress = [&](const model::LoadProgress& progress) {
    const auto report = meter.update(progress, std::chrono::steady_clock::now());
    if (!report) return;
    boost::asio::post(executor_, [this, report, changed] {
      loading_ = report;
      changed();
    });
  };
  auto model = std::make_shared<Result<std::shared_ptr<model::Model>>>(load({on_progress, stop}));
  const bool ready = model->has_value();
  boost::asio::post(executor_, [this, model, changed] {
    if (*model) {
      model_ = std::move(**model);
      state_ = State::ready;
    } else {
      error_ = model->error();
      state_ = State::failed;
    }
    changed();
  });
  return ready;
}

void ModelRunner::work(const std::stop_token& stop) {
  // Nothing is enqueued before state_ is ready, so model_ is there for every job.
  while (auto job = next(stop)) {
    const Ticket ticket = job->ticket;
    const Claimant claimant = job->claimant;
    const auto began = std::chrono::steady_clock::now();
    job->serve(job->stop.get_token());
    let_go(*std::move(job), [](const Job&) {});
    const std::lock_guard lock(mutex_);
    shares_.ended(claimant, running_.extract(ticket).mapped().counted,
                  std::chrono::steady_clock::now() - began);
    // One that waits in the background may have waited for this place.
    work_waits_.notify_one();
  }
}

std::optional<ModelRunner::Job> ModelRunner::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  auto waiting = queue_.end();
  const auto found = [&] {
    waiting = next_waiting();
    return waiting != queue_.end();
  };
  if (!work_waits_.wait(lock, stop, found) || stop.stop_requested()) return std::nullopt;
  Job job = std::move(*waiting);
  queue_.erase(waiting);
  turns_.served(job.priority, std::ranges::find(queue_, model::Priority::background,
                                                &Job::priority) != queue_.end());
  running_.emplace(job.ticket, Running{job.priority, job.stop, shares_.began(job.claimant)});
  return job;
}

// The end where none waits.
std::deque<ModelRunner::Job>::iterator ModelRunner::first_of(model::Priority priority) {
  auto first = queue_.end();
  for (auto job = queue_.begin(); job != queue_.end(); ++job) {
    if (job->priority != priority) continue;
    if (first == queue_.end() || shares_.comes_before(job->claimant, first->claimant)) first = job;
  }
  return first;
}

// The end where none may run.
std::deque<ModelRunner::Job>::iterator ModelRunner::next_waiting() {
  using model::Priority;
  const auto in_background = std::ranges::count_if(running_, [](const auto& running) {
    return running.second.priority == Priority::background;
  });
  const auto interactive = first_of(Priority::interactive);
  const auto background = static_cast<std::size_t>(in_background) < background_max_
                              ? first_of(Priority::background)
                              : queue_.end();
  if (interactive == queue_.end()) return background;
  const bool waits = background != queue_.end();
  return turns_.next(true, waits) == Priority::interactive ? interactive : background;
}

// What a job's callbacks hold is let go on the I/O thread, and nowhere else.
void ModelRunner::let_go(Job job, std::function<void(const Job&)> last) {
  boost::asio::post(executor_, [job = std::move(job), last = std::move(last)] { last(job); });
}

}  // namespace seekd::daemon
