// Percent-encoding, RFC 3986 §2.1 to §2.3. Pure; any thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::policy {

// §2.3: characters whose escape means the same as they do.
bool is_unreserved(unsigned char c);

void append_escape(std::string& out, unsigned char byte);

// The byte that the escape at the beginning of `text` stands for; nullopt where there is none.
// REQUIRES: `text` starts with '%'.
std::optional<unsigned char> read_escape(std::string_view text);

}  // namespace seekd::policy
