// How watches are kept in the cache's schedule.
//
// Every record opens with the version of its layout. decode() trusts nothing: it answers false for
// bytes that are cut, have something left over, or are of another layout. Pure; any thread.

#pragma once

#include <string>
#include <string_view>

#include "daemon/refresh/watch.h"

namespace seekd::daemon {

inline constexpr std::uint64_t ledger_number = 0;  // in the schedule; the others are watches' ids

std::string encode(const Watch& watch);
std::string encode(const RefreshLedger& ledger);

[[nodiscard]] bool decode(std::string_view bytes, Watch& watch);
[[nodiscard]] bool decode(std::string_view bytes, RefreshLedger& ledger);

}  // namespace seekd::daemon
