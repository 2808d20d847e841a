#include "daemon/answer/admission.h"

#include <cassert>

namespace seekd::daemon {

Result<Admission::Ticket> Admission::enter(std::function<void()> begin) {
  if (!has_room()) {
    return fail(ErrorCode::busy, "too many questions wait: ask again later (daemon.queue_max)");
  }
  const Ticket ticket = ++last_;
  if (running_ == running_max_) {
    waiting_.push_back({ticket, std::move(begin)});
    return ticket;
  }
  ++running_;
  begin();
  return ticket;
}

void Admission::withdraw(Ticket ticket) {
  std::erase_if(waiting_, [&](const Waiting& waiting) { return waiting.ticket == ticket; });
}

void Admission::leave() {
  assert(running_ > 0);
  --running_;
  if (waiting_.empty()) return;
  const std::function<void()> begin = std::move(waiting_.front().begin);
  waiting_.pop_front();
  ++running_;
  begin();
}

}  // namespace seekd::daemon
