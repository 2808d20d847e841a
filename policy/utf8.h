// UTF-8 read one code point at a time, by ICU; what is not UTF-8 (overlong, surrogate, cut off) is
// told apart.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <string_view>

namespace seekd::policy {

// Takes the first code point off `text`; nullopt: the bytes taken are not UTF-8. REQUIRES: text is
// not empty.
std::optional<char32_t> take_code_point(std::string_view& text);

}  // namespace seekd::policy
