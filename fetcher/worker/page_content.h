// From a complete response to the page that crosses to seekd: type, first bytes, extraction, and
// the wire's bounds.
//
// Runs in a worker, on hostile bytes. Errors are verdicts: content_mismatch, content_invalid,
// content_type_denied; body_too_large, of a gzip file.
#pragma once

#include <expected>

#include "fetcher/worker/transfer.h"

namespace seekd::fetcher {

// The page without its URLs and times, which are not the worker's to say.
std::expected<FetchedPage, TransferFault> page_of(const Transfer& transfer, const policy::Url& url,
                                                  const config::FetcherConfig& config);

}  // namespace seekd::fetcher
