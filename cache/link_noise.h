// What of a page's links differs between two fetches though nobody edited it: teasers that rotate,
// and addresses that count or recognise visitors.
//
// Pure functions, any thread.

#pragma once

#include <string>
#include <string_view>

namespace seekd::cache {

// Does this text stand over links to other pages that change with every visit ("Related articles")?
bool heads_teasers(std::string_view text);

// A link's address without what counts or recognises visitors: tracking parameters, session ids and
// the names of places within the page.
std::string lasting_address(std::string_view url);

}  // namespace seekd::cache
