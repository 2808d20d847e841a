#include "ctl/client_tls.h"

#include <string_view>

#include <boost/asio/ssl/error.hpp>
#include <openssl/err.h>
#include <openssl/sslerr.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include "policy/quoted.h"

namespace seekd::ctl {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

std::unexpected<Error> unusable(std::string_view option, const std::filesystem::path& file,
                                const error_code& error) {
  return fail(ErrorCode::invalid_argument,
              std::string(option) + " '" + file.native() + "' cannot be used: " + error.message());
}

std::string authorities_of(const TlsFiles& files) {
  return files.authorities.empty() ? "this host trusts"
                                   : "'" + files.authorities.native() + "' holds";
}

// What is wrong with the server's certificate, and what to do.
std::string flaw(long verdict, const DaemonAddress& where) {
  switch (verdict) {
    case X509_V_ERR_HOSTNAME_MISMATCH:
    case X509_V_ERR_IP_ADDRESS_MISMATCH:
      return "is of another name: ask under one that it has";
    case X509_V_ERR_CERT_HAS_EXPIRED:
      return "has expired: renew tls.certificate there, and reload seekd";
    case X509_V_ERR_CERT_NOT_YET_VALID:
      return "is not valid yet: see whether this host's clock is right";
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
    case X509_V_ERR_CERT_SIGNATURE_FAILURE:
      return "is signed by no authority that " + authorities_of(where.tls) +
             ": name its authority's certificate with --ca-file";
    default:
      return std::string("was not accepted: ") + X509_verify_cert_error_string(verdict);
  }
}

bool is_address(std::string_view host) {
  return host.starts_with('[') || host.find_first_not_of("0123456789.") == host.npos;
}

}  // namespace

Result<ssl::context> client_tls(const TlsFiles& files) {
  ssl::context context(ssl::context::tls_client);
  SSL_CTX_set_min_proto_version(context.native_handle(), TLS1_2_VERSION);
  context.set_verify_mode(ssl::verify_peer);
  // An encrypted key is an error, not a question on the terminal.
  context.set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
  error_code error;
  if (files.authorities.empty()) {
    context.set_default_verify_paths(error);
  } else {
    context.load_verify_file(files.authorities.native(), error);
  }
  if (error) return unusable("--ca-file", files.authorities, error);
  if (files.certificate.empty()) return context;
  context.use_certificate_chain_file(files.certificate.native(), error);
  if (error) return unusable("--cert", files.certificate, error);
  context.use_private_key_file(files.key.native(), ssl::context::pem, error);
  if (error) return unusable("--cert-key", files.key, error);
  return context;
}

void expect_host(SSL* connection, const policy::Url& server) {
  if (!is_address(server.host)) {
    SSL_set_tlsext_host_name(connection, server.host.c_str());
    SSL_set1_host(connection, server.host.c_str());
    return;
  }
  std::string address = server.host;
  if (address.starts_with('[')) address = address.substr(1, address.size() - 2);
  X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(connection), address.c_str());
}

Error handshake_error(const DaemonAddress& where, SSL* connection, const error_code& error) {
  const long verdict = SSL_get_verify_result(connection);
  if (verdict != X509_V_OK) {
    return {ErrorCode::invalid_argument,
            "the certificate of " + where.text() + ' ' + flaw(verdict, where)};
  }
  if (auto refused = certificate_refused(where, error)) return *std::move(refused);
  return {ErrorCode::unavailable,
          "no TLS with " + where.text() + " (" + error.message() +
              "): is it seekd's port, and does seekd have tls.certificate?"};
}

std::optional<Error> certificate_refused(const DaemonAddress& where, const error_code& error) {
  if (error.category() != boost::asio::error::get_ssl_category()) return std::nullopt;
  switch (ERR_GET_REASON(static_cast<unsigned long>(error.value()))) {
    case SSL_R_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    case SSL_R_SSLV3_ALERT_HANDSHAKE_FAILURE:
      return Error{
          ErrorCode::invalid_argument,
          where.text() + " wants a client's certificate: name yours with --cert and --cert-key"};
    case SSL_R_TLSV1_ALERT_UNKNOWN_CA:
    case SSL_R_SSLV3_ALERT_BAD_CERTIFICATE:
    case SSL_R_SSLV3_ALERT_CERTIFICATE_UNKNOWN:
    case SSL_R_TLSV1_ALERT_DECRYPT_ERROR:
      return Error{ErrorCode::invalid_argument,
                   where.text() +
                       " does not accept the certificate of --cert: it takes those that "
                       "an authority of its tls.client_ca has signed"};
    case SSL_R_SSLV3_ALERT_CERTIFICATE_EXPIRED:
      return Error{ErrorCode::invalid_argument,
                   "the certificate of --cert has expired: have it renewed"};
    default:
      return std::nullopt;
  }
}

}  // namespace seekd::ctl
