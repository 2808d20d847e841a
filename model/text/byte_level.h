// The byte-level alphabet of GPT-2: each byte as a printable character, so that vocabularies are
// plain text.
//
// Source: Radford et al. 2019, `bytes_to_unicode` of the reference encoder. Printable Latin-1
// stands for itself, the other 68 bytes for U+0100 onwards in their order. Pure functions; any
// thread.

#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace seekd::model {

// The bytes that a vocabulary entry stands for ("Ġthe" → " the"); nothing where it holds a
// character outside the alphabet.
std::optional<std::string> from_byte_level(std::string_view entry);

}  // namespace seekd::model
