#include "daemon/standing/delivery_plan.h"

#include <algorithm>
#include <utility>

namespace seekd::daemon {
namespace {

using std::chrono::seconds;

constexpr seconds first_pause{30};
constexpr seconds pause_max{3600};
constexpr std::uint32_t attempts_max = 30;  // a day and a little more
constexpr int gone = 410;

seconds pause_after(std::uint32_t attempts) {
  const std::uint32_t doublings = std::min(attempts - 1, 12U);
  return std::min(first_pause * (1U << doublings), pause_max);
}

}  // namespace

NoticeDelivery after_attempt(NoticeDelivery before, const Result<fetcher::FetchReply>& reply,
                             TimePoint now) {
  using State = NoticeDelivery::State;
  NoticeDelivery after = std::move(before);
  ++after.attempts;
  if (reply && reply->outcome == fetcher::FetchOutcome::delivered) {
    after.state = State::delivered;
    after.problem.clear();
    return after;
  }
  after.problem =
      reply ? std::string(to_string(reply->reason)) + ": " + reply->message : reply.error().message;
  if ((reply && reply->http_status == gone) || after.attempts >= attempts_max) {
    after.state = State::given_up;
    return after;
  }
  const seconds asked = reply ? reply->retry_after : seconds(0);
  after.next_at = now + std::max(pause_after(after.attempts), asked);
  return after;
}

}  // namespace seekd::daemon
