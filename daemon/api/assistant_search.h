// A search as another assistant makes it: those whom the web is searched through, and the cache
// beside them, in one order. Nothing is fetched of what they name.
//
// Called on the I/O thread, where `done` runs exactly once, never inside the call.
#pragma once

#include <cstddef>
#include <expected>
#include <functional>

#include "daemon/api/api_error.h"
#include "daemon/api/handlers.h"
#include "daemon/finding/web_result.h"

namespace seekd::daemon {

struct AssistantQuery {
  WebQuery query;  // its text goes as it is written, but for private data
  std::size_t results_max = 10;
};

using OnFindings = std::function<void(const std::expected<WebFindings, ApiError>&)>;

// Within the terms and limits of the exchange's caller: the cache alone is asked where he has not
// the right to fetch, or nobody is named whom the web could be searched through. Errors: 403 where
// none of his sites is left, 429 where he has had his pages of the web, those of the cache.
// REQUIRES: he has the right to search, and may read the web.
void search_for_assistant(Services& services, const ExchangePtr& exchange, AssistantQuery query,
                          OnFindings done);

}  // namespace seekd::daemon
