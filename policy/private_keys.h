// Secrets in a text that open something: keys and tokens by the prefixes that their issuers give
// them, private keys in PEM (RFC 7468), passwords beside their name or in a URL (RFC 3986 §3.2.1),
// and strings that only chance writes.
//
// Pure; any thread. Linear in the text.

#pragma once

#include <string_view>
#include <vector>

#include "policy/folded_text.h"

namespace seekd::policy {

// REQUIRES: `text` is folded, its letters as written.
std::vector<TextRange> find_keys(std::string_view text);

}  // namespace seekd::policy
