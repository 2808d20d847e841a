// Why a page was not read, in the codes that assistants know from other tools that fetch:
// url_not_allowed, url_not_in_prior_context, url_not_accessible, unsupported_content_type,
// too_many_requests, max_uses_exceeded, unavailable.
//
// Pure; any thread.
#pragma once

#include "daemon/api/api_error.h"
#include "fetcher/wire.h"

namespace seekd::daemon {

// The message begins with the door's own reason. REQUIRES: the reply has no page.
ApiError to_fetch_error(const fetcher::FetchReply& reply);

// The page was not asked for, or could not be stored.
ApiError to_fetch_error(const Error& error);

}  // namespace seekd::daemon
