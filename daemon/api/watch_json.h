// What /seekd/v1/watches shows of a watch, as JSON.
//
// Pure; any thread.

#pragma once

#include <boost/json/object.hpp>

#include "daemon/refresh/scheduler.h"
#include "daemon/standing/answer_book.h"

namespace seekd::daemon {

// Of a question with its answers, the latest first.
boost::json::object watch_json(const Watch& watch, const Scheduler& scheduler,
                               const AnswerBook& answers, const config::RefreshConfig& config);

// Of all of them together: what runs, and what is left of the day's budget.
boost::json::object refresh_json(const Scheduler& scheduler, const config::RefreshConfig& config,
                                 TimePoint now);

}  // namespace seekd::daemon
