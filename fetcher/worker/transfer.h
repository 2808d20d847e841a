// One GET, or of a chat and a notice a POST, over one connected descriptor: TLS, HTTP/1.1 or HTTP/2
// (ALPN), chunks and codings by libcurl, nghttp2 and OpenSSL, with the limits that libcurl does not
// keep by itself (see docs/egress.md) counted here.
//
// Runs in a worker, once. REQUIRES: curl_global_init() has run. Never follows a redirect, never
// resolves a name.
#pragma once

#include <openssl/types.h>

#include "config/config.h"
#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"
#include "fetcher/worker/response_reader.h"

namespace seekd::fetcher {

// `roots` are the certificate authorities that are trusted. The bytes of a file go into `sink` as
// they come, and so does what is read in an upstream's reply; with another job it may be none.
// `body` is what a chat sends, "" with another job.
Transfer transfer(const WorkerJob& job, Descriptor connection, const Descriptor& sink,
                  const std::string& body, X509_STORE* roots, const config::FetcherConfig& config);

// All of `bytes` into a pipe or a socket. False: nobody reads there any more.
bool write_all(int descriptor, std::string_view bytes);

}  // namespace seekd::fetcher
