// The tables [[egress.webhook]]: who may be told what a watch found.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <vector>

#include "config/value.h"
#include "policy/result.h"
#include "policy/webhook.h"

namespace seekd::config {

Result<std::vector<policy::Webhook>> read_webhooks(const Value& value);

}  // namespace seekd::config
