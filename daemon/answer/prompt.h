// Prompt: a question and numbered passages as messages for the model.
//
// Pure; any thread. Page text is data: it stands between lines that carry a marker drawn for this one request, with characters that
// no reader sees removed (policy/page_text_guard.h), so no page can write the line that ends it.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "model/model.h"
#include "policy/passages.h"

namespace seekd::daemon {

enum class Language : std::uint8_t { english, chinese };

// Chinese when the text holds Han characters and neither Kana nor Hangul, else English.
Language language_of(std::string_view text);

// The conversation with its last message, the question, set below the passages. Without passages it stays as it is.
// REQUIRES: messages is not empty; marker is at least 16 characters from a random source.
std::vector<model::Message> build_prompt(std::span<const model::Message> messages,
                                         std::span<const Passage> passages, std::string_view marker,
                                         TimePoint now);

}  // namespace seekd::daemon
