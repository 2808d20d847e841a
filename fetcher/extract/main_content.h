// The blocks of a page that its reader came for.
//
// Pure; any thread. A learned model says of each block how much of it is main content; the blocks
// with the highest shares are kept, as many as make the result's expected F1 the highest (Z. Lipton
// et al., "Optimal Thresholding of Classifiers to Maximize F1 Measure", 2014), so that a page whose
// every block is doubtful is read as well as one that is clear.
#pragma once

#include <optional>
#include <vector>

#include "fetcher/extract/html_tree.h"
#include "fetcher/extract/metadata.h"
#include "policy/page.h"
#include "policy/url.h"

namespace seekd::fetcher {

// `url`: the page's own, nullopt when it is not known. Empty only for a page that shows no text.
std::vector<Block> extract_main_content(const HtmlTree& tree, const PageClaims& claims,
                                        const std::optional<policy::Url>& url);

}  // namespace seekd::fetcher
