// A gzip file (RFC 1952), such as sitemap.xml.gz, with all its members, within limits.
//
// Pure but for memory; any thread. Errors: too_large (a limit; the message says which), corrupt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::fetcher {

struct GzipLimits {
  std::uint64_t decoded_bytes_max = 0;
  std::uint64_t ratio_max = 0;  // decoded to compressed bytes
};

Result<std::string> gunzip(std::string_view bytes, const GzipLimits& limits);

}  // namespace seekd::fetcher
