// The far end of the self-test's TLS: a worker that is a web server for one request, with the
// certificate that its job names, so that another worker can be seen to refuse or to accept it.
//
// Runs in a worker, once, with its whole sandbox. REQUIRES: curl_global_init() has run.
#pragma once

#include <openssl/types.h>

#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"

namespace seekd::fetcher {

// TLS 1.2 or 1.3 over `connection` with `pem`, a certificate and its key; any request is answered
// by a small page. A reply of kind page where it was, else failed with why.
WorkerReply serve_tls(const std::string& pem, const Descriptor& connection);

// Lets `pem`, one certificate, vouch for servers too. False: it is none.
bool trust(X509_STORE* roots, const std::string& pem);

}  // namespace seekd::fetcher
