// A word without its inflection: enough that "packages" meets "package" and "released" meets
// "releases" (after Porter, An algorithm for suffix stripping, 1980, step 1: plurals, participles,
// the silent e). What comes out is no word.
//
// Pure; any thread.

#pragma once

#include <string>

namespace seekd::daemon {

// Of an English word, folded to lower case; other scripts' words come back as they are.
std::string stem(std::string word);

}  // namespace seekd::daemon
