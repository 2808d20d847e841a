// Hostile text inside a message: what a log, a terminal or a reader could be misled by is escaped.
//
// Pure; any thread.

#pragma once

#include <string>
#include <string_view>

namespace seekd::policy {

// In double quotes; bytes outside printable ASCII as \xNN; cut after 80 bytes ("…").
std::string quoted(std::string_view text);

}  // namespace seekd::policy
