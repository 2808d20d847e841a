// Bytes in any charset of the web to UTF-8, by ICU: its tables are linked in, so that no file has
// to be opened.
//
// Pure; any thread. Labels are read as the WHATWG Encoding Standard §4.2 says (latin1 is
// windows-1252, gb2312 is GB18030, …). What cannot be decoded becomes U+FFFD; nothing fails.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace seekd::fetcher {

enum class DeclaredIn : std::uint8_t {
  html,     // <meta> may name the charset
  xml,      // the XML declaration may
  headers,  // the content type alone
};

// The converter's name ("UTF-8", "GB18030", …): byte-order mark, then the zeroes of UTF-16
// without one, then `content_type`'s charset parameter, then what the page says of itself, each
// unless the bytes contradict it; then UTF-8 where they are it, then detection by letter
// frequencies.
std::string detect_charset(std::string_view bytes, std::string_view content_type, DeclaredIn where);

// `charset` is a result of detect_charset. A byte-order mark is left out; the result is valid
// UTF-8.
std::string decode(std::string_view bytes, const std::string& charset);

}  // namespace seekd::fetcher
