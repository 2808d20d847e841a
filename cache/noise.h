// Noise: what differs between two fetches of a page that nobody edited. How long ago something was,
// how often it was read, the year beside a copyright, a request's id, today's date and time.
//
// Careful on purpose: a number without a word that makes it a counter is content (a price, a
// version), and so are the dates and checksums that a page states about itself. Pure functions, any
// thread.

#pragma once

#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::cache {

// The block's text with a mark in the place of each noisy part; two blocks that are equal so differ
// in noise alone. `above`: the text of the block before it, which may say what a date or an id is
// for.
std::string without_noise(const Block& block, std::string_view above);

// Does this text stand over links to other pages that change with every visit ("Related articles")?
bool heads_teasers(std::string_view text);

// A link's address without what counts or recognises visitors: tracking parameters, session ids and
// the names of places within the page.
std::string lasting_address(std::string_view url);

}  // namespace seekd::cache
