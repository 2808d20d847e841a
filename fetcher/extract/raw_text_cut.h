// HTML text without what its scripts and style sheets hold, which no reader sees and which is half
// of many pages: gumbo takes 30 ms for a megabyte of it, byte by byte.
//
// Pure; any thread; linear in the text. A quick reading that a hostile page can lead astray (a
// script inside of a select is no script), so that whoever parses the result must confirm each cut:
// the tag at its offset became an HTML script or style element. The parser then stood in that
// element's raw text (WHATWG HTML §13.2.5.2 to .31) where the cut begins, it would have left it at
// the end tag that follows, and so the rest of its tree is that of the whole text.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace seekd::fetcher {

struct CutText {
  std::string html;
  std::vector<std::size_t> tags;  // where in `html` the tag of each cut begins, ascending
};

// JSON-LD stays: metadata is read of it.
CutText cut_raw_text(std::string_view html);

}  // namespace seekd::fetcher
