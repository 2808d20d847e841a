#include "fetcher/worker/tls_server.h"

#include <string_view>

#include <openssl/err.h>
#include <openssl/pem.h>

#include "fetcher/wire.h"
#include "fetcher/worker/openssl_handle.h"

namespace seekd::fetcher {
namespace {

using namespace openssl;

constexpr std::size_t request_read_max = 8 * 1024;
constexpr std::string_view response =
    "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 10\r\nConnection: close\r\n\r\n"
    "self-test\n";

WorkerReply failed(const char* step) {
  const char* const why = ERR_reason_error_string(ERR_peek_last_error());
  WorkerReply reply;
  reply.reason = policy::EgressReason::tls_failed;
  reply.message = std::string(step) + ": " + (why != nullptr ? why : "the client has gone");
  return reply;
}

Context context_with(const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  Context context(SSL_CTX_new(TLS_server_method()));
  if (!memory || !context) return nullptr;
  const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  const Key key(PEM_read_bio_PrivateKey(memory.get(), nullptr, nullptr, nullptr));
  const bool usable = certificate && key &&
                      SSL_CTX_use_certificate(context.get(), certificate.get()) == 1 &&
                      SSL_CTX_use_PrivateKey(context.get(), key.get()) == 1 &&
                      SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1;
  return usable ? std::move(context) : nullptr;
}

bool read_request(SSL* session) {
  std::string request;
  while (request.find("\r\n\r\n") == std::string::npos) {
    char bytes[1024];
    const int got = SSL_read(session, bytes, sizeof bytes);
    if (got <= 0 || request.size() > request_read_max) return false;
    request.append(bytes, static_cast<std::size_t>(got));
  }
  return true;
}

}  // namespace

WorkerReply serve_tls(const std::string& pem, const Descriptor& connection) {
  const Context context = context_with(pem);
  if (!context) return failed("its certificate");
  const Session session(SSL_new(context.get()));
  if (!session || SSL_set_fd(session.get(), connection.get()) != 1) return failed("its session");
  if (SSL_accept(session.get()) != 1) return failed("handshake");
  if (!read_request(session.get())) return failed("request");
  if (SSL_write(session.get(), response.data(), static_cast<int>(response.size())) <= 0) {
    return failed("response");
  }
  SSL_shutdown(session.get());
  WorkerReply reply;
  reply.kind = WorkerReplyKind::page;
  reply.content = content_line(FetchedPage());
  return reply;
}

bool trust(X509_STORE* roots, const std::string& pem) {
  const Memory memory(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  if (!memory) return false;
  const Certificate certificate(PEM_read_bio_X509(memory.get(), nullptr, nullptr, nullptr));
  return certificate && X509_STORE_add_cert(roots, certificate.get()) == 1;
}

}  // namespace seekd::fetcher
