// What an answer says of itself where no page supports it: ours, so that nobody takes the model's
// words for what a page says.
//
// Pure; any thread.

#pragma once

#include <span>
#include <string>

#include "daemon/answer/answer.h"
#include "daemon/answer/prompt.h"
#include "policy/result.h"

namespace seekd::daemon {

// The first sentence of an answer that stands on no page, for the reason that the notice gives.
// Ends with an empty line; the model's text follows.
std::string ungrounded_preface(const Notice& notice, Language language);

// Set below an answer that had pages to stand on and does not.
std::string unsupported_note(Language language);

Notice model_alone();

// Of a question that wants no such answer.
Error no_sources(std::span<const Notice> notices);

}  // namespace seekd::daemon
