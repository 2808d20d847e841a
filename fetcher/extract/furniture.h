// Which elements stand around a page's content rather than in it, told by their tag, their role and
// their names.
//
// Pure; any thread. A judgement of one element only: that it holds most of the page is for the
// caller to know.
#pragma once

#include <cstdint>

#include "fetcher/extract/html_tree.h"

namespace seekd::fetcher {

enum class Furniture : std::uint8_t {
  none,
  comments,  // readers' comments: on a forum they are the content
  other,     // navigation, adverts, forms, sharing, related pages, …
  consent,   // asks for consent to cookies and the like: content on no page
};

Furniture judge_furniture(const HtmlNode& element);

}  // namespace seekd::fetcher
