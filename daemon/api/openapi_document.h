// The OpenAPI 3.1 document of everything that is served, made of the parts in daemon/api/openapi/:
// base.json, and a file for each group of endpoints with its "paths" and "schemas".
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace seekd::daemon {

// The files as they were compiled in, base.json first.
std::span<const std::string_view> openapi_parts();

// The parts as one document, of seekd's version. Every operation is given the errors that any
// request may be answered with, where it does not describe that status itself.
std::string openapi_document();

}  // namespace seekd::daemon
