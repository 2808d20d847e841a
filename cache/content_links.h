// Which of a page's links are of its content: those whose words stand in its text.
//
// How much text and how many links there are is the page's to choose; the time is bounded: links,
// text and compared bytes beyond content_links.cpp's limits are not looked at, and such links count
// as none of the content. Pure functions, any thread.

#pragma once

#include <span>
#include <vector>

#include "policy/page.h"

namespace seekd::cache {

inline constexpr std::size_t content_links_max = 200;

// At most content_links_max of them, in their order.
std::vector<Link> content_links(std::span<const Block> blocks, std::span<const Link> links);

}  // namespace seekd::cache
