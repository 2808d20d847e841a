// A page's blocks as text that other assistants read.
//
// Pure; any thread.
#pragma once

#include <string>
#include <vector>

#include "policy/page.h"

namespace seekd::daemon {

// CommonMark, as far as blocks go. What a block's text holds of its own marks stays as it is: it is
// for a model, and is not rendered.
std::string markdown_text(const std::vector<Block>& blocks);

}  // namespace seekd::daemon
