// What of a page a reader does not see, and what must therefore never reach a prompt
// (docs/egress.md).
//
// Pure; any thread; linear in the tree. Only the document itself is judged (attributes and inline
// style): style sheets and scripts are not run.
#pragma once

#include <span>

#include "fetcher/extract/html_tree.h"

namespace seekd::fetcher {

// Of a whole tree, in document order.
void mark_hidden(std::span<HtmlNode> nodes);

}  // namespace seekd::fetcher
