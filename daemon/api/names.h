// Names that callers give to what they define in a request: schemas and functions (OpenAI).
//
// Pure; any thread.

#pragma once

#include <string_view>

namespace seekd::daemon {

inline constexpr std::string_view name_rule =
    "must be 1 to 64 letters, digits, underscores or hyphens";

bool is_name(std::string_view text);

}  // namespace seekd::daemon
