// What charset bytes are in, by the bytes: uchardet's statistics of letters, held to the encodings
// that the web uses.
//
// Pure; any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::fetcher {

bool is_utf8(std::string_view bytes);

// "UTF-16LE" or "UTF-16BE" where the bytes, without a byte-order mark, are text in it by the zeroes
// of its ASCII: markup always has enough. nullopt: they are not, or are too few to say.
std::optional<std::string> unmarked_utf16(std::string_view bytes);

// ICU's name. REQUIRES: the bytes are not UTF-8. windows-1252 where nothing else is likely.
std::string guess_charset(std::string_view bytes);

// A declared charset that the bytes contradict: legacy, and all of the text is UTF-8 that no other
// encoding gives by chance; UTF-8, and much of it is not; windows-1252, and the text is written
// without spaces between its accents. What the bytes are in its place, else `declared` itself.
std::string corrected_charset(std::string_view bytes, const std::string& declared);

}  // namespace seekd::fetcher
