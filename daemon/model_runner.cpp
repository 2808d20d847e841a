#include "daemon/model_runner.h"

#include <cassert>
#include <utility>

#include <boost/asio/post.hpp>

namespace seekd::daemon {

ModelRunner::ModelRunner(boost::asio::any_io_executor executor, std::size_t queue_max, Load load,
                         std::function<void()> loaded)
    : executor_(std::move(executor)), queue_max_(queue_max) {
  thread_ = std::jthread([this, load = std::move(load), loaded = std::move(loaded)](
                             const std::stop_token& stop) { work(stop, load, loaded); });
}

ModelRunner::~ModelRunner() {
  thread_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    if (current_) current_->request_stop();
  }
  thread_.join();
}

std::stop_source ModelRunner::generate(model::GenerateRequest request, OnBegin on_begin,
                                       OnText on_text, OnDone done) {
  assert(state_ == State::ready);
  Job job{std::move(request), std::move(on_begin), std::move(on_text), std::move(done),
          std::stop_source()};
  const std::stop_source stop = job.stop;
  {
    const std::lock_guard lock(mutex_);
    if (queue_.size() < queue_max_) {
      queue_.push_back(std::move(job));
      work_waits_.notify_one();
      return stop;
    }
  }
  reply(std::move(job),
        fail(ErrorCode::busy, "too many questions wait for the model: ask again later"));
  return stop;
}

std::size_t ModelRunner::waiting() const {
  const std::lock_guard lock(mutex_);
  return queue_.size();
}

bool ModelRunner::running() const {
  const std::lock_guard lock(mutex_);
  return current_.has_value();
}

void ModelRunner::work(const std::stop_token& stop, const Load& load,
                       std::function<void()> loaded) {
  auto model = std::make_shared<Result<std::unique_ptr<model::Model>>>(load());
  const bool ready = model->has_value();
  boost::asio::post(executor_, [this, model, loaded = std::move(loaded)] {
    if (*model) {
      model_ = std::move(**model);
      state_ = State::ready;
    } else {
      error_ = model->error();
      state_ = State::failed;
    }
    loaded();
  });
  if (!ready) return;
  // generate() is called when state_ is ready, so model_ is there for every job.
  while (auto job = next(stop)) serve(std::move(*job));
}

std::optional<ModelRunner::Job> ModelRunner::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  current_.reset();
  if (!work_waits_.wait(lock, stop, [this] { return !queue_.empty(); }) || stop.stop_requested()) {
    return std::nullopt;
  }
  Job job = std::move(queue_.front());
  queue_.pop_front();
  current_ = job.stop;
  return job;
}

void ModelRunner::serve(Job job) {
  if (job.stop.stop_requested()) {
    return reply(std::move(job),
                 fail(ErrorCode::cancelled, "the question was taken back while it waited"));
  }
  boost::asio::post(executor_, job.on_begin);
  const auto on_text = [&](const model::TextDelta& delta) {
    boost::asio::post(executor_, [on_text = job.on_text, delta] { on_text(delta); });
  };
  Result<model::Generation> result = model_->generate(job.request, on_text, job.stop.get_token());
  reply(std::move(job), std::move(result));
}

// The job goes with the reply: what its callbacks hold is let go on the I/O thread, and nowhere
// else.
void ModelRunner::reply(Job job, Result<model::Generation> result) {
  boost::asio::post(executor_, [job = std::move(job), result = std::move(result)]() mutable {
    job.done(std::move(result));
  });
}

}  // namespace seekd::daemon
