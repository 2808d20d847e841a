// What an answer says of itself where no page supports it: ours, so that nobody takes the model's
// words for what a page says.
//
// Pure; any thread.

#pragma once

#include <optional>
#include <span>
#include <string>

#include "daemon/answer/answer.h"
#include "daemon/answer/prompt.h"
#include "policy/result.h"

namespace seekd::daemon {

// When what the model knows ends; nullopt: it is not known.
using Cutoff = std::optional<TimePoint>;

// The first sentence of an answer that stands on no page, for the reason that the notice gives.
// Ends with an empty line; the model's text follows.
std::string ungrounded_preface(const Notice& notice, Language language, Cutoff cutoff);

// Set below an answer that had pages to stand on and does not.
std::string unsupported_note(Language language, Cutoff cutoff);

Notice model_alone(Cutoff cutoff);

// Of a question that wants no such answer.
Error no_sources(std::span<const Notice> notices);

}  // namespace seekd::daemon
