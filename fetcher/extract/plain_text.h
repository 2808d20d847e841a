// Plain text and Markdown.
//
// Pure; any thread. Errors: too_large.
#pragma once

#include <string_view>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

// Paragraphs are what stands between blank lines.
Result<Document> read_plain_text(std::string_view text, std::string_view content_type);

// CommonMark with GitHub's tables (md4c), read as the HTML that it stands for (RFC 7763 §3). Front
// matter, the lines between `---` and `---` at the start, gives title, author and date.
Result<Document> read_markdown(std::string_view text, std::string_view content_type,
                               std::string_view url);

}  // namespace seekd::fetcher
