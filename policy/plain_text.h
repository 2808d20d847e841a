// Plain text as a page's blocks: what is imported, and pages that have no markup.
//
// Pure; any thread.

#pragma once

#include <string_view>
#include <vector>

#include "policy/page.h"

namespace seekd::policy {

// One block for each paragraph; paragraphs stand between lines that are empty or blank. Visible
// text alone (page_text_guard.h).
std::vector<Block> read_paragraphs(std::string_view text);

}  // namespace seekd::policy
