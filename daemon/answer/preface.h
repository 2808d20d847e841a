// The first sentence of an answer that could not be grounded: ours, so that nobody takes the rest
// for what a page says.
//
// Pure; any thread.

#pragma once

#include <string>

#include "daemon/answer/answer.h"
#include "daemon/answer/prompt.h"

namespace seekd::daemon {

// Ends with an empty line; the model's text follows.
std::string ungrounded_preface(const Notice& notice, Language language);

}  // namespace seekd::daemon
