#include "daemon/answer/admission.h"

#include <cassert>

namespace seekd::daemon {

Status Admission::enter(std::function<void()> begin) {
  if (running_ < running_max_) {
    ++running_;
    begin();
    return {};
  }
  if (waiting_.size() + waiting_for_model_() >= waiting_max_) {
    return fail(ErrorCode::busy, "too many questions wait: ask again later (daemon.queue_max)");
  }
  waiting_.push_back(std::move(begin));
  return {};
}

void Admission::leave() {
  assert(running_ > 0);
  --running_;
  if (waiting_.empty()) return;
  const std::function<void()> begin = std::move(waiting_.front());
  waiting_.pop_front();
  ++running_;
  begin();
}

}  // namespace seekd::daemon
