// What a text says beneath a disguise: letters of other scripts that look like Latin ones (Unicode
// UTS #39), digits for letters, letters apart; and what it holds in a code that a model reads
// (base64, hexadecimal, percent-encoding, letters turned by thirteen).
//
// Pure; any thread. Linear in the text.

#pragma once

#include <string_view>
#include <vector>

#include "policy/folded_text.h"

namespace seekd::policy {

// Folded, its case too, with what is disguised letter by letter in plain letters.
FoldedText undisguised(std::string_view text);

// What its encoded parts say, each folded and with the place of the part as its origin; parts that
// say nothing readable are left out. The last one is the whole text with its letters turned.
std::vector<FoldedText> decoded_parts(std::string_view text);

}  // namespace seekd::policy
