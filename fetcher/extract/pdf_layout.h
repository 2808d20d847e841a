// The lines of a PDF's pages, which has no paragraphs, as blocks: what stands close is one, what is
// larger than most is a heading, what recurs at the edge of the pages is left out.
//
// Pure; any thread; linear in the lines. The thresholds were chosen on Debian's manuals.
#pragma once

#include <string>
#include <vector>

#include "policy/page.h"

namespace seekd::fetcher {

struct PdfLine {
  std::string text;  // UTF-8, words joined by blanks, not empty
  double left = 0;   // points, from the page's upper left corner
  double right = 0;
  double top = 0;
  double height = 0;
  double font_size = 0;  // points, the largest of the line
};
using PdfPage = std::vector<PdfLine>;  // in reading order

std::vector<Block> pdf_blocks(const std::vector<PdfPage>& pages);

}  // namespace seekd::fetcher
