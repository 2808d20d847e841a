// JSON: a JSON Feed (jsonfeed.org 1.1) as a feed; else each object and array that holds values as a
// block of `path: value` lines, in document order: so many as document_bytes_max of text holds.
//
// Pure but for memory; any thread. Errors: invalid_argument, too_large.
#pragma once

#include <string_view>

#include "fetcher/extract/document.h"

namespace seekd::fetcher {

Result<Document> read_json(std::string_view json, std::string_view content_type,
                           std::string_view url);

}  // namespace seekd::fetcher
