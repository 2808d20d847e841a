// What somebody meant who wrote an option's name wrongly.
//
// Pure; any thread.

#pragma once

#include <string_view>

namespace seekd::config {

// The known option nearest to `unknown` by edit distance, "" when none is near.
std::string_view nearest_option(std::string_view unknown);

}  // namespace seekd::config
