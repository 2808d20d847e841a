// What must not pass from a page into a prompt: characters that no reader sees.
//
// Pure; any thread. Removed: C0 and C1 controls but \n and \t, zero-width and bidirectional formatting characters
// (UAX #9), tag characters (U+E0000..U+E007F), variation selector supplements, soft hyphens, byte-order marks,
// unassigned non-characters, and bytes that are not UTF-8.

#pragma once

#include <string>
#include <string_view>

namespace seekd::policy {

std::string visible_text(std::string_view text);

}  // namespace seekd::policy
