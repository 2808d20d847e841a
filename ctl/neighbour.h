// A program that stands beside seekctl and does what needs libraries that seekctl itself does not
// load.
//
// One thread; never returns when all is well.
#pragma once

#include <string>
#include <vector>

#include "policy/result.h"

namespace seekd::ctl {

// This process becomes `program` with these arguments. Gives why it could not be started.
Error become(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace seekd::ctl
