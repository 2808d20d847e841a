#include "daemon/standing/delivery_plan.h"

#include <catch2/catch.hpp>

namespace seekd::daemon {
namespace {

using namespace std::chrono_literals;
using State = NoticeDelivery::State;

const TimePoint start = std::chrono::sys_days(std::chrono::year(2026) / 11 / 22);
const NoticeDelivery pending{State::pending, 0, start, ""};

fetcher::FetchReply answered(int status) {
  fetcher::FetchReply reply;
  reply.http_status = status;
  reply.outcome = status < 300 ? fetcher::FetchOutcome::delivered : fetcher::FetchOutcome::failed;
  reply.reason = policy::EgressReason::http_error;
  reply.message = "the server answered status " + std::to_string(status);
  return reply;
}

TEST_CASE("a notice that was taken is told no more") {
  const NoticeDelivery after = after_attempt(pending, answered(204), start);
  CHECK(after.state == State::delivered);
  CHECK(after.attempts == 1);
  CHECK(after.problem.empty());
}

TEST_CASE("one that was not is told again, each time later, and given up after a day") {
  NoticeDelivery delivery = pending;
  TimePoint now = start;
  std::chrono::seconds before = 0s;
  while (delivery.state == State::pending) {
    delivery = after_attempt(delivery, answered(500), now);
    CHECK(delivery.problem == "http_error: the server answered status 500");
    if (delivery.state != State::pending) break;
    const auto pause = delivery.next_at - now;
    CHECK(pause >= before);
    CHECK(pause <= 1h);
    before = pause;
    now = delivery.next_at;
  }
  CHECK(delivery.state == State::given_up);
  CHECK(now - start > 23h);
  CHECK(now - start < 26h);
}

TEST_CASE("a receiver that is gone is given up at once, one that asks for time gets it") {
  CHECK(after_attempt(pending, answered(410), start).state == State::given_up);
  fetcher::FetchReply later = answered(429);
  later.retry_after = 2h;
  CHECK(after_attempt(pending, later, start).next_at == start + 2h);
  const NoticeDelivery after =
      after_attempt(pending, fail(ErrorCode::unavailable, "no fetcher"), start);
  CHECK(after.state == State::pending);
  CHECK(after.problem == "no fetcher");
}

}  // namespace
}  // namespace seekd::daemon
