#include "model/engine/step_watch.h"

#include <cassert>

namespace seekd::model {
namespace {

std::string in_seconds(std::chrono::steady_clock::duration time) {
  return std::to_string(std::chrono::round<std::chrono::seconds>(time).count()) + " s";
}

}  // namespace

StepWatch::StepWatch(std::chrono::milliseconds limit) : limit_(limit) {
  assert(limit.count() > 0);
}

void StepWatch::began(TimePoint now) {
  begun_ = now;
}

void StepWatch::returned(TimePoint now) {
  if (hangs(begun_.exchange(none), now)) ++hangs_;
}

void StepWatch::failed(ErrorCode code) {
  ++(code == ErrorCode::too_large ? out_of_memory_ : errors_);
}

void StepWatch::lose(const std::string& why) {
  const std::scoped_lock lock(mutex_);
  lost_ = why;
}

ModelHealth StepWatch::health(TimePoint now) const {
  {
    const std::scoped_lock lock(mutex_);
    if (!lost_.empty()) {
      return {ModelState::lost, "the model's device is lost (" + lost_ +
                                    "); seekd has to be started anew, and reads the model again"};
    }
  }
  const TimePoint begun = begun_;
  if (!hangs(begun, now)) return {};
  return {ModelState::hung, "the model hangs: a step has run for " + in_seconds(now - begun) +
                                " (model.step_limit); if it does not return, start seekd anew, and "
                                "see the kernel's log for what the device says"};
}

StepFailures StepWatch::failures() const {
  return {
      .out_of_memory = out_of_memory_, .errors = errors_, .hangs = hangs_, .recovered = recovered_};
}

Error refusal(const ModelHealth& health) {
  assert(health.state != ModelState::healthy);
  return {ErrorCode::unavailable, health.reason};
}

}  // namespace seekd::model
