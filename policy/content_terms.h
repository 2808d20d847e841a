// What a text is about, as terms that can be looked for in another: its words without those that
// every text has; pairs of neighbouring characters where a script puts no spaces between words.
//
// Pure; any thread. Linear in the text.

#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

// Sorted, each once. English plurals fold into their singular.
std::vector<std::string> content_terms(std::string_view text);

}  // namespace seekd::policy
