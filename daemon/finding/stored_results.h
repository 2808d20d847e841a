// What the cache knows of a query, as results of a search: beside what providers offer, and in
// their place where nobody is asked.
//
// Pure; any thread.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "daemon/finding/web_result.h"
#include "policy/passages.h"

namespace seekd::daemon {

inline constexpr std::string_view stored_results_name = "cache";  // in the place of a provider's

// One result a page, in the order of `passages`. Left out are pages too old to be used unasked, and
// those that do not speak of the query: the nearest vectors are never far enough to be none.
std::vector<WebResult> stored_results(std::string_view query, std::span<const Passage> passages,
                                      TimePoint now);

}  // namespace seekd::daemon
