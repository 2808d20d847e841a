// TOML 1.0 text to settings. The only place that sees toml++ and its exceptions.
//
// Pure; any thread.

#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "config/value.h"
#include "policy/result.h"

namespace seekd::config {

inline constexpr std::size_t file_bytes_max = 1 << 20;

// The settings of all sections in the order of their lines; a field's key is "section.key". What
// stands outside a section, or is an empty section, keeps its bare key. Errors: invalid_argument
// ("FILE:LINE: …").
Result<std::vector<Field>> read_toml(std::string_view text, std::string_view file);

}  // namespace seekd::config
