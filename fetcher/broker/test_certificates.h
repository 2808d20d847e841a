// Certificates for the TLS half of the self-test: an authority of its own, which nobody trusts but
// the worker that is told to, and servers that it vouches for, rightly and wrongly.
//
// Keys are made anew each time and are held by nobody afterwards. Any thread. Errors: internal
// (OpenSSL refused, which says why).
#pragma once

#include <string>

#include "policy/page.h"
#include "policy/result.h"

namespace seekd::fetcher {

struct TestCertificates {
  std::string authority;  // PEM, the certificate alone
  // PEM, each a certificate and its key.
  std::string good;         // for the host, by the authority
  std::string other_name;   // by the authority, for another host
  std::string expired;      // for the host, by the authority, an hour ago
  std::string self_signed;  // for the host, by itself
};

Result<TestCertificates> make_test_certificates(const std::string& host, TimePoint now);

}  // namespace seekd::fetcher
