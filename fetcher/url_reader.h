// The second parser of step 2: libcurl's URL API reads the text that Boost.URL reads too, so that a
// spelling which parsers read differently is found before anything is connected to. Used by the
// broker and by `seekctl egress`.
//
// Pure; any thread. Errors: invalid_argument, with curl's own reason.
#pragma once

#include <string_view>

#include "policy/url.h"

namespace seekd::fetcher {

// A policy::SecondReader.
Result<policy::Url> read_url(std::string_view text);

}  // namespace seekd::fetcher
