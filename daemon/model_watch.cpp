#include "daemon/model_watch.h"

#include <utility>

#include <spdlog/spdlog.h>

namespace seekd::daemon {
namespace {

constexpr std::chrono::seconds interval{1};

}  // namespace

void ModelWatch::start() {
  timer_.expires_after(interval);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (error) return;
    look();
    start();
  });
}

void ModelWatch::switched() {
  state_ = model::ModelState::healthy;
  failures_ = runner_.model().step_failures();
}

void ModelWatch::look() {
  log_failures();
  const model::ModelHealth health = runner_.model().health(std::chrono::steady_clock::now());
  if (health.state == std::exchange(state_, health.state)) return;
  if (health.state == model::ModelState::healthy) {
    spdlog::warn("the model's step has returned: questions are answered again");
  } else {
    spdlog::critical("{}", health.reason);
  }
  changed_(health);
}

void ModelWatch::log_failures() {
  const model::StepFailures before = std::exchange(failures_, runner_.model().step_failures());
  const auto since = [](std::uint64_t now, std::uint64_t then) { return now - then; };
  if (const auto count = since(failures_.out_of_memory, before.out_of_memory); count > 0) {
    spdlog::warn("memory ran out in {} steps of the model; those after them are smaller", count);
  }
  if (const auto count = since(failures_.errors, before.errors); count > 0) {
    spdlog::error("{} steps of the model failed", count);
  }
}

}  // namespace seekd::daemon
