// Sites that a question names without a scheme: "on debian.org", "according to en.wikipedia.org".
//
// Pure; any thread. Linear in the text. A name without a dot ("Wikipedia") is no site here: whose
// it is cannot be told from the word.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

inline constexpr std::size_t site_mentions_max = 16;

// Host names as they stand in URLs (lower case, A-labels), in order, each once; those of http(s)
// URLs in the text, too. A name of a file ("main.cpp", "config.h") is none, nor is an address.
std::vector<std::string> site_mentions(std::string_view text);

}  // namespace seekd::policy
