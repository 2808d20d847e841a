// A PDF's text, by poppler, out of memory. No font and no character map is opened in a worker:
// what poppler would look up in files is loaded by warm_pdf() while it still may be; where
// that is not enough (a font that is not embedded, in a rarer encoding) characters are missing.
//
// One thread. Errors: invalid_argument (no PDF, or one that is locked), unsupported (no text at
// all: a scan).
#pragma once

#include <memory>
#include <string_view>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

// Pages beyond these are not read; they cost the more processor time the more words they have.
inline constexpr int pdf_pages_max = 500;
inline constexpr std::size_t pdf_words_max = 80'000;

Result<Document> read_pdf(std::string_view bytes);

// Opens what poppler opens at first use: the tables that lead from Adobe's Chinese, Japanese and
// Korean collections to Unicode, and the commonest character maps. They are there as long as the
// result is. nullptr: poppler does not read a PDF of our own.
std::shared_ptr<const void> warm_pdf();

}  // namespace seekd::fetcher
