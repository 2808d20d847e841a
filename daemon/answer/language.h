// The language that a question is asked in, as far as our own words beside an answer follow it.
//
// Pure; any thread.

#pragma once

#include <cstdint>
#include <string_view>

namespace seekd::daemon {

enum class Language : std::uint8_t { english, chinese, japanese };

// By its script: Japanese with Kana, Chinese with Han characters alone, else English.
Language language_of(std::string_view text);

}  // namespace seekd::daemon
