// libcurl as the second parser, for tests of policy/ alone: a real one that shares no code with
// Boost.URL.

#pragma once

#include <string_view>

#include "policy/url.h"

namespace seekd::policy {

Result<Url> read_with_curl(std::string_view text);

}  // namespace seekd::policy
