// A page as another assistant reads it: out of the cache while it is young enough, else through the
// door.
//
// Called on the I/O thread, where `done` runs exactly once, never inside the call.
#pragma once

#include <expected>
#include <functional>
#include <string>
#include <vector>

#include "daemon/api/api_error.h"
#include "daemon/api/handlers.h"
#include "policy/page.h"

namespace seekd::daemon {

struct ReadPage {
  std::string url;        // canonical
  std::string final_url;  // after redirects
  std::string title;
  std::vector<Block> blocks;
  std::vector<Link> links;
  TimePoint retrieved_at;
};

using OnPage = std::function<void(const std::expected<ReadPage, ApiError>&)>;

// Within the terms and limits of the exchange's caller. Errors have the codes of
// daemon/api/fetch_error.h; max_uses_exceeded where he has had his pages of the web. REQUIRES: he
// has the right to fetch, and may read the web.
void read_page(Services& services, const ExchangePtr& exchange, const std::string& url,
               OnPage done);

}  // namespace seekd::daemon
