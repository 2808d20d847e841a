// How many levels a grammar's states need at least.
//
// Pure; any thread.

#pragma once

#include <cstdint>
#include <vector>

#include "model/shape/grammar.h"

namespace seekd::model {

// Of each state: the levels below its own that the way to its part's end takes at least; more than
// Grammar::depth_max where there is none.
std::vector<std::uint8_t> heights_of(const Grammar& grammar);

}  // namespace seekd::model
