// HTML that stands inside another format: what a feed's entry or a rendered Markdown file says, all
// of it but what is hidden.
//
// Pure; any thread. `html` is UTF-8. Errors: too_large, of HtmlTree.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "policy/page.h"
#include "policy/result.h"
#include "policy/url.h"

namespace seekd::fetcher {

struct HtmlFragment {
  std::vector<Block> blocks;
  std::vector<Link> links;
};

Result<HtmlFragment> read_fragment(std::string_view html, const std::optional<policy::Url>& base);

// Its text on one line, "" where it is too large.
std::string fragment_line(std::string_view html);

// White space runs are one blank, invisible characters are left out.
std::string one_line(std::string_view text);

}  // namespace seekd::fetcher
