// A program that stands beside seekctl and does what needs libraries that seekctl itself does not
// load.
//
// One thread.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "policy/result.h"

namespace seekd::ctl {

// Where the program of that name stands; it need not be there.
std::filesystem::path neighbour(const std::string& program);

// This process becomes `program` with these arguments; never returns when all is well. Gives why it
// could not be started.
Error become(const std::string& program, const std::vector<std::string>& arguments);

}  // namespace seekd::ctl
