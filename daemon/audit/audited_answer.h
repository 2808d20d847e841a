// What the audit log holds of a question and its answer: from which snapshots it came, and what was
// not read, and why.
//
// Pure; any thread.

#pragma once

#include <boost/json.hpp>

#include "daemon/answer/answer.h"

namespace seekd::daemon {

boost::json::object audited_answer(const Answer& answer);

}  // namespace seekd::daemon
