// The blocks of a page that its reader came for.
//
// Pure; any thread. After M. Kohlschütter et al., "Boilerplate Detection using Shallow Text
// Features" (2010): blocks are judged by the length of their text and the share of it that is
// links.
#pragma once

#include <vector>

#include "fetcher/extract/html_tree.h"
#include "policy/page.h"

namespace seekd::fetcher {

// Empty only for a page that shows no text.
std::vector<Block> extract_main_content(const HtmlTree& tree);

}  // namespace seekd::fetcher
