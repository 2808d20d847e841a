// Author and dates as a page shows them to its readers, where it says them in no other way:
// elements whose names say that they are a byline or a date.
//
// Pure; any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "fetcher/extract/html_tree.h"

namespace seekd::fetcher {

struct Byline {
  std::string author;
  std::string published;
  std::string modified;
};

// Fills the fields that are still empty with what the element `nodes[index]` says.
void read_byline(std::span<const HtmlNode> nodes, std::uint32_t index, Byline& byline);

// Is there a day in the text: a year of this age, and a month by name or number?
bool says_date(std::string_view text);

}  // namespace seekd::fetcher
