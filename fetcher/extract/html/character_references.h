// Character references: "&amp;", "&#38;", "&#x26;" (WHATWG HTML §13.2.5.72 to .80).
//
// Pure; any thread; linear in the text.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace seekd::fetcher {

struct CharacterReference {
  std::string_view name;  // without '&' and ';'
  std::string_view text;  // UTF-8
  bool bare;              // is it one without the ';', too?
};

// Ascending by name. character_references_data.cpp, which scripts/write-character-references
// writes.
extern const std::span<const CharacterReference> character_references;

enum class ReferenceIn {
  text,       // a reference may end anywhere
  attribute,  // "&copy=2" in a URL is none
};

// The longest that `bytes` can become: "&nGt;" is two characters of three bytes.
constexpr std::size_t resolved_bytes_max(std::size_t bytes) {
  return bytes + bytes / 5 + 1;
}

// Writes `text` with its references resolved. Returns the bytes written, which may be zero bytes
// and carriage returns, too. REQUIRES: `out` holds resolved_bytes_max(text.size()).
std::size_t resolve_references(std::string_view text, ReferenceIn where, char* out);

}  // namespace seekd::fetcher
