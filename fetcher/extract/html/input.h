// The input stream of the parser (WHATWG HTML §13.2.3.5).
//
// Pure; any thread.
#pragma once

#include <string>

namespace seekd::fetcher {

// Line ends, which may be "\r\n" and "\r", are '\n'.
void normalise_line_ends(std::string& text);

}  // namespace seekd::fetcher
