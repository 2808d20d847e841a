// UTF-8 as the tokenizer needs it: where a text stops being valid, and a valid text out of any
// bytes.
//
// Pure functions; any thread. Broken sequences are replaced as WHATWG and Python do (Unicode 16,
// §3.9, "substitution of maximal subparts"): one U+FFFD for each longest beginning of a character.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::model {

// The character at byte `at`, which moves behind it; -1 for a broken one. REQUIRES: at <
// text.size().
std::int32_t next_character(std::string_view text, std::size_t& at);

// Bytes at the front of `text` that are valid UTF-8.
std::size_t valid_utf8_prefix(std::string_view text);

// Appends `bytes` to `out` with broken sequences replaced.
void append_valid_utf8(std::string_view bytes, std::string& out);

// Bytes at the end of `bytes` that more bytes could still complete to a character: 0 to 3.
std::size_t unfinished_utf8_suffix(std::string_view bytes);

// Bytes of White_Space at the front and at the end. REQUIRES: valid UTF-8.
std::size_t leading_white_space(std::string_view text);
std::size_t trailing_white_space(std::string_view text);

}  // namespace seekd::model
