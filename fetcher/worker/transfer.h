// One GET over one connected descriptor: TLS, HTTP/1.1, chunks and codings by libcurl and OpenSSL,
// with the limits that libcurl does not keep by itself (see docs/egress.md) counted here.
//
// Runs in a worker, once. REQUIRES: curl_global_init() has run. Never follows a redirect, never
// resolves a name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <openssl/types.h>

#include "config/config.h"
#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"
#include "fetcher/worker/response_head.h"

namespace seekd::fetcher {

struct TransferFault {
  policy::EgressReason reason = policy::EgressReason::internal;
  std::string message;
};

struct Transfer {
  ResponseHead head;
  std::string body;                    // decoded; read only where the job's kind wants one
  std::uint64_t wire_bytes = 0;        // header and body as they came, TLS apart
  std::optional<TransferFault> fault;  // none: head, and body if wanted, are complete
};

// `roots` are the certificate authorities that are trusted.
Transfer transfer(const WorkerJob& job, Descriptor connection, X509_STORE* roots,
                  const config::FetcherConfig& config);

}  // namespace seekd::fetcher
