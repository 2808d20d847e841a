// What the zygote loads while it still may open files: roots of trust, and what libraries load at
// first use.
//
// Errors: not_found or io (fetcher.ca_file, named), internal.
#pragma once

#include <cstdint>
#include <memory>

#include <openssl/x509.h>

#include "config/config.h"

namespace seekd::fetcher {

struct FreeStore {
  void operator()(X509_STORE* store) const { X509_STORE_free(store); }
};

struct Warm {
  std::unique_ptr<X509_STORE, FreeStore> roots;
  std::shared_ptr<const void> pdf;        // poppler's tables
  std::uint64_t address_space_bytes = 0;  // mapped now; a worker's limit counts from here
};

Result<Warm> warm_up(const config::FetcherConfig& config);

}  // namespace seekd::fetcher
