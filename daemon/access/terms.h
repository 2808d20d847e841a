// What a caller's terms leave him of the web, and of what he asks.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <string_view>

#include "cache/page_cache.h"
#include "daemon/access/caller.h"
#include "daemon/answer/question.h"
#include "daemon/api/api_error.h"
#include "daemon/finding/web_result.h"

namespace seekd::daemon {

// Of a page's address; pages of other collections than the web have no site, nor has what is no
// URL.
bool may_have(const Terms& terms, std::string_view address);

// The 403 of a page that may_have() denies.
ApiError site_not_allowed();

// Sites beyond the caller's are left out, a caller of the background asks in the background, and
// it is his question. The error where no site is left.
std::optional<ApiError> hold_to(const Caller& caller, Question& question);
std::optional<ApiError> hold_to(const Terms& terms, cache::SearchQuery& query);
std::optional<ApiError> hold_to(const Terms& terms, WebQuery& query);

}  // namespace seekd::daemon
