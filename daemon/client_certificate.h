// What a client's certificate says of whose it is.
//
// Any thread, one connection at a time. Source: RFC 5280 §4.2.1.6.

#pragma once

#include <string>
#include <vector>

#include <openssl/types.h>

namespace seekd::daemon {

// The subject alternative names that are DNS names, mail addresses and URIs, then the common name.
// None where the client has shown no certificate, or none that was verified. A name with a NUL in
// it, which one reader would cut and another not, is left out.
std::vector<std::string> names_of_client(const SSL* connection);

}  // namespace seekd::daemon
