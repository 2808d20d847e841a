// The tables [[search.provider]] and [[search.topic]]: where the web is searched.
//
// Pure; any thread. Errors: invalid_argument, "WHERE: what is wrong"; the option table adds the
// remedy.

#pragma once

#include <vector>

#include "config/value.h"
#include "policy/result.h"
#include "policy/search_provider.h"

namespace seekd::config {

Result<std::vector<policy::SearchProvider>> read_search_providers(const Value& value);
Result<std::vector<policy::SearchTopic>> read_search_topics(const Value& value);

}  // namespace seekd::config
