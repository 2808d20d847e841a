// ModelWatch: asks the model every second whether it is healthy, and tells when that changes.
//
// All functions and callbacks on the I/O thread.

#pragma once

#include <functional>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

#include "daemon/model_runner.h"

namespace seekd::daemon {

class ModelWatch {
 public:
  using OnChange = std::function<void(const model::ModelHealth&)>;

  // `runner` outlives this.
  ModelWatch(const boost::asio::any_io_executor& executor, const ModelRunner& runner,
             OnChange changed)
      : runner_(runner), changed_(std::move(changed)), timer_(executor) {}

  // REQUIRES: the model is ready.
  void start();

  // Another model serves: what is told from now on is of that one.
  void switched();

  model::ModelState state() const { return state_; }  // as it was told last

 private:
  void look();
  void log_failures();

  const ModelRunner& runner_;
  const OnChange changed_;
  boost::asio::steady_timer timer_;
  model::ModelState state_ = model::ModelState::healthy;
  model::StepFailures failures_;  // as they were logged last
};

}  // namespace seekd::daemon
