// When a webhook is told again, and when it is given up: after each attempt that failed twice the
// time before, from half a minute to an hour, for a day. Who answers 410 wants nothing any more.
//
// Pure; any thread.

#pragma once

#include <string>

#include "daemon/standing/standing_answer.h"
#include "fetcher/wire.h"
#include "policy/result.h"

namespace seekd::daemon {

// REQUIRES: before.state is pending.
NoticeDelivery after_attempt(NoticeDelivery before, const Result<fetcher::FetchReply>& reply,
                             TimePoint now);

}  // namespace seekd::daemon
