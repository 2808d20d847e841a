// What connections are secured with: certificate, key, and whose clients' certificates count.
//
// Reads files; any thread. What was made serves the connections that began with it for as long as
// they last. TLS 1.2 with forward secrecy and authenticated encryption alone, and TLS 1.3 (RFC
// 9325); no renegotiation, and no resumption, so that a certificate that was taken back opens no
// further connection.

#pragma once

#include <memory>

#include <boost/asio/ssl/context.hpp>

#include "config/access_config.h"
#include "policy/result.h"

namespace seekd::daemon {

// nullptr where no certificate is configured. Errors: which file cannot be used, and why.
Result<std::shared_ptr<boost::asio::ssl::context>> load_tls_context(
    const config::TlsConfig& config);

}  // namespace seekd::daemon
