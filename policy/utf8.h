// UTF-8 read and cut by whole characters, by ICU; what is not UTF-8 (overlong, surrogate, cut off)
// is told apart.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace seekd::policy {

// Takes the first code point off `text`; nullopt: the bytes taken are not UTF-8. REQUIRES: text is
// not empty.
std::optional<char32_t> take_code_point(std::string_view& text);

// The character that begins at `position`; one byte of what is not UTF-8. REQUIRES: position <
// text.size().
std::string_view character_at(std::string_view text, std::size_t position);

// At most `bytes_max` bytes, cut between two characters.
std::string_view first_bytes(std::string_view text, std::size_t bytes_max);

}  // namespace seekd::policy
