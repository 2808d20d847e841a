// What must not pass from a page into a prompt: characters that no reader sees.
//
// Pure; any thread. Removed: C0 and C1 controls but \n and \t, every code point that Unicode calls
// Default_Ignorable (zero-width and bidirectional formatting characters of UAX #9, tag characters
// U+E0000..U+E007F, variation selectors, soft hyphens, byte-order marks, Hangul fillers),
// interlinear annotation marks, noncharacters, and bytes that are not UTF-8. What stays is valid
// UTF-8, and visible_text of it is itself.

#pragma once

#include <string>
#include <string_view>

namespace seekd::policy {

std::string visible_text(std::string_view text);

}  // namespace seekd::policy
