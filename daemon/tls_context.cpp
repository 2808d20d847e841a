#include "daemon/tls_context.h"

#include <string>

#include <boost/asio/buffer.hpp>
#include <openssl/ssl.h>

#include "daemon/access/guarded_file.h"

namespace seekd::daemon {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

// RFC 9325 §4.2; those of TLS 1.3 are all of this kind.
constexpr const char* cipher_list = "ECDHE+AESGCM:ECDHE+CHACHA20";

std::unexpected<Error> unusable(std::string_view option, const std::filesystem::path& file,
                                const std::string& why) {
  return fail(ErrorCode::invalid_argument,
              std::string(option) + " '" + file.native() + "' cannot be used: " + why);
}

void harden(ssl::context& context) {
  SSL_CTX* const native = context.native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(native, cipher_list);
  SSL_CTX_set_options(native, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET | SSL_OP_NO_COMPRESSION |
                                  SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(native, 0);
}

Status add_identity(ssl::context& context, const config::TlsConfig& config) {
  const auto chain = read_guarded_file(config.certificate, "tls.certificate", Secrecy::open);
  if (!chain) return std::unexpected(chain.error());
  const auto key = read_guarded_file(config.key, "tls.key", Secrecy::secret);
  if (!key) return std::unexpected(key.error());
  error_code error;
  context.use_certificate_chain(boost::asio::buffer(*chain), error);
  if (error) return unusable("tls.certificate", config.certificate, error.message());
  context.use_private_key(boost::asio::buffer(*key), ssl::context::pem, error);
  if (error) return unusable("tls.key", config.key, error.message());
  if (SSL_CTX_check_private_key(context.native_handle()) == 1) return {};
  return unusable("tls.key", config.key, "it is the key of another certificate");
}

Status add_clients(ssl::context& context, const config::TlsConfig& config) {
  if (config.client_ca.empty()) return {};
  const auto authorities = read_guarded_file(config.client_ca, "tls.client_ca", Secrecy::open);
  if (!authorities) return std::unexpected(authorities.error());
  error_code error;
  context.add_certificate_authority(boost::asio::buffer(*authorities), error);
  if (error) return unusable("tls.client_ca", config.client_ca, error.message());
  const bool required = config.client_certificates == config::ClientCertificates::required;
  context.set_verify_mode(ssl::verify_peer | (required ? ssl::verify_fail_if_no_peer_cert : 0));
  return {};
}

}  // namespace

Result<std::shared_ptr<ssl::context>> load_tls_context(const config::TlsConfig& config) {
  if (config.certificate.empty()) return nullptr;
  auto context = std::make_shared<ssl::context>(ssl::context::tls_server);
  harden(*context);
  // An encrypted key is an error, not a question on the terminal.
  context->set_password_callback([](std::size_t, ssl::context::password_purpose) { return ""; });
  if (Status added = add_identity(*context, config); !added) {
    return std::unexpected(std::move(added.error()));
  }
  if (Status added = add_clients(*context, config); !added) {
    return std::unexpected(std::move(added.error()));
  }
  return context;
}

}  // namespace seekd::daemon
