// What seekctl asks of TLS: version 1.2 at least, a certificate that an authority of the caller's
// choice stands for, and that has the server's name; and what its failures say.
//
// Blocking where files are read; one thread.
#pragma once

#include <optional>
#include <string>

#include <boost/asio/ssl/context.hpp>
#include <openssl/ssl.h>

#include "ctl/daemon_address.h"
#include "policy/result.h"

namespace seekd::ctl {

// Errors: invalid_argument, naming the file that cannot be used.
Result<boost::asio::ssl::context> client_tls(const TlsFiles& files);

// That the certificate is of `host`, and that the server is told which one is wanted (RFC 6066 §3).
void expect_host(SSL* connection, const policy::Url& server);

// Why a handshake failed, and what to do. REQUIRES: it failed.
Error handshake_error(const DaemonAddress& where, SSL* connection,
                      const boost::system::error_code& error);

// What the server says by an alert of the client's certificate (RFC 8446 §6.2), which with TLS 1.3
// comes after the handshake; nullopt where the error is none of these.
std::optional<Error> certificate_refused(const DaemonAddress& where,
                                         const boost::system::error_code& error);

}  // namespace seekd::ctl
