// Prompt: a question and numbered passages as messages for the model.
//
// Pure; any thread. Page text is data: it stands between lines that carry a marker, with characters
// that no reader sees removed (policy/page_text_guard.h) and the marker itself cut out wherever a
// page has it, so no page can write the line that ends it. The marker is a digest of the passages:
// another page, another marker, and no page can hold the digest of itself; and every question over
// the same pages begins with the same prompt, which the reuse of computed prefixes stands on.

#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/answer/echo_filter.h"
#include "daemon/answer/language.h"
#include "daemon/answer/source_notes.h"
#include "model/model.h"
#include "policy/passages.h"

namespace seekd::daemon {

// How the model is told to answer.
enum class Task : std::uint8_t {
  as_asked,      // by the question alone
  one_sentence,  // the smallest models lose the page when they write more than one
  in_shape,      // by a schema, which the question ends with
};

// A model under a billion parameters is told to write one sentence; one whose size is not known (0)
// is not.
Task task_for(std::uint64_t parameters);

// The conversation with its last message, the question, set below the passages. First comes what
// questions of any day share: how to answer, and each passage with its number, title, site and
// date; then what changes, the pages' ages and where they differ, and the sentences that speak of
// this question most, the older of two that differ left out. For the smallest models the day stands
// first, and ages and instructions are left out. Without passages the conversation stays as it is.
// REQUIRES: messages is not empty.
std::vector<model::Message> build_prompt(std::span<const model::Message> messages,
                                         std::span<const Passage> passages, Task task,
                                         const PromptTime& time);

// What of a page's text goes into a prompt with that marker. REQUIRES: marker is not empty.
std::string guarded_page_text(std::string_view text, std::string_view marker);

// What of that prompt no answer repeats: the lines that part the passages, how to answer, and what
// system messages tell the model. What these say of anything else may be said.
std::vector<EchoFilter::Phrase> prompt_echoes(std::span<const model::Message> messages,
                                              std::span<const Passage> passages);

// The marker of that prompt, 16 hex digits.
std::string prompt_marker(std::span<const Passage> passages);

}  // namespace seekd::daemon
