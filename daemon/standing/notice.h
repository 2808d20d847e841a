// A notice: what readers along and webhooks are told of an answer to a standing question, as JSON.
//
// Pure; any thread.

#pragma once

#include <string>

#include <boost/json/object.hpp>

#include "daemon/refresh/watch.h"
#include "daemon/standing/standing_answer.h"

namespace seekd::daemon {

// REQUIRES: watch.question
boost::json::object notice_json(const Watch& watch, const StandingAnswer& answer);

// Of at most policy::notice_bytes_max bytes: where it would be more, the answer is cut, and says
// so.
std::string notice_text(const Watch& watch, const StandingAnswer& answer);

}  // namespace seekd::daemon
