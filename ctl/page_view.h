// What seekd tells of a page beside its text, for a terminal: the same of one that was just fetched
// and of one that is stored.
//
// To standard output; one thread.

#pragma once

#include <string_view>

#include <boost/json/object.hpp>

namespace seekd::ctl {

// Author, dates, language and feeds, each on a line that `indent` begins; nothing of what the page
// does not say.
void print_claims(const boost::json::object& page, std::string_view indent);

// Of a feed or a sitemap: how many entries there are, then URL, date and title of each.
void print_entries(const boost::json::object& page, std::string_view indent);

}  // namespace seekd::ctl
