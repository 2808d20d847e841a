// URLs written in running text, English or Chinese.
//
// Pure; any thread. Linear in the text.

#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::policy {

inline constexpr std::size_t url_mentions_max = 16;

// http and https URLs as written, in order, each once, without the punctuation that the sentence
// puts after them. At most url_mentions_max; longer ones than url_bytes_max are left out. They are
// not judged.
std::vector<std::string> url_mentions(std::string_view text);

}  // namespace seekd::policy
