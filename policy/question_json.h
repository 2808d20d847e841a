// A verdict as JSON: what `seekctl decide` prints and POST /seekd/v1/decide answers.
//
// Pure; any thread.

#pragma once

#include <boost/json/object.hpp>

#include "policy/question.h"

namespace seekd::policy {

// Valid UTF-8, control characters made visible.
boost::json::object to_json(const QuestionVerdict& verdict);

}  // namespace seekd::policy
