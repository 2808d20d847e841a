// Noise: what differs between two fetches of a page that nobody edited. How long ago something was,
// how often it was read and commented, the year beside a copyright, when and under which id this
// request was served.
//
// Careful on purpose: what a sentence says is content, and so is every number without a word that
// makes it a reader's (votes, points, prices, versions), and every date that no label says is the
// request's. Two texts that differ by noise alone are one version of a page, and the later one is
// what is stored (docs/decisions/0014). Pure functions, any thread.

#pragma once

#include <string>
#include <string_view>

#include "policy/page.h"

namespace seekd::cache {

// The block's text with a mark in the place of each noisy part; two blocks that are equal so differ
// in noise alone. `above`: the text of the block before it, which may be its label.
std::string without_noise(const Block& block, std::string_view above);

}  // namespace seekd::cache
