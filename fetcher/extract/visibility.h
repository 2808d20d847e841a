// What of a page a reader sees, and what of that is furniture: navigation, adverts, comments,
// forms.
//
// Pure; any thread; linear in the tree. Only the document itself is judged (attributes and inline
// style): style sheets and scripts are not run.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "fetcher/extract/html_tree.h"

namespace seekd::fetcher {

enum class Visibility : std::uint8_t {
  content,    // may be main content
  comments,   // readers' comments; on a forum they are what the page is for
  furniture,  // shown, and around the main content on most pages
  hidden,     // not shown: must never reach a prompt (docs/egress.md)
};

// `hidden` or `content`, one per node.
std::vector<Visibility> judge_hidden(const HtmlTree& tree);

// One per node; a node is at least as far from content as its parent.
std::vector<Visibility> judge_visibility(const HtmlTree& tree);

// Does an inline style hide its element? display:none, visibility:hidden, zero size.
bool style_hides(std::string_view style);

}  // namespace seekd::fetcher
