// A PDF that makes poppler load its tables of Adobe's Chinese, Japanese and Korean collections, and
// the character maps that its cache has room for.
//
// Pure; any thread.
#pragma once

#include <string>

namespace seekd::fetcher {

std::string warm_up_pdf();

}  // namespace seekd::fetcher
