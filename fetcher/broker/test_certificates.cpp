#include "fetcher/broker/test_certificates.h"

#include <openssl/err.h>
#include <openssl/pem.h>

#include "fetcher/worker/openssl_handle.h"

namespace seekd::fetcher {
namespace {

using namespace openssl;

constexpr std::chrono::hours lifetime{1};  // behind and ahead of now

// Who vouches for a certificate; without one it vouches for itself.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

struct Subject {
  std::string host;  // "" for the authority
  TimePoint from, until;
};

bool add_extension(X509* certificate, int kind, const std::string& value) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, certificate, certificate, nullptr, nullptr, 0);
  const Extension extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value.c_str()));
  return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
}

bool name(X509* certificate, const std::string& common_name) {
  X509_NAME* const subject = X509_get_subject_name(certificate);
  const auto* const text = reinterpret_cast<const unsigned char*>(common_name.data());
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text,
                                    static_cast<int>(common_name.size()), -1, 0) == 1;
}

// RFC 5280 §4.1, the fields that a client looks at.
Certificate issue(const Subject& subject, EVP_PKEY* key, const Issuer& issuer) {
  Certificate certificate(X509_new());
  if (!certificate) return nullptr;
  X509* const made = certificate.get();
  std::time_t from = subject.from.time_since_epoch().count();
  std::time_t until = subject.until.time_since_epoch().count();
  const bool filled =
      X509_set_version(made, X509_VERSION_3) == 1 &&
      ASN1_INTEGER_set(X509_get_serialNumber(made), issuer.key != nullptr ? 2 : 1) == 1 &&
      X509_time_adj_ex(X509_getm_notBefore(made), 0, 0, &from) != nullptr &&
      X509_time_adj_ex(X509_getm_notAfter(made), 0, 0, &until) != nullptr &&
      X509_set_pubkey(made, key) == 1 &&
      name(made, subject.host.empty() ? "seekd self-test" : subject.host) &&
      X509_set_issuer_name(
          made, X509_get_subject_name(issuer.key != nullptr ? issuer.certificate : made)) == 1 &&
      (subject.host.empty() ? add_extension(made, NID_basic_constraints, "critical,CA:TRUE")
                            : add_extension(made, NID_subject_alt_name, "DNS:" + subject.host)) &&
      X509_sign(made, issuer.key != nullptr ? issuer.key : key, EVP_sha256()) > 0;
  return filled ? std::move(certificate) : nullptr;
}

std::string text_of(BIO* memory) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(memory, &data);
  return {data, static_cast<std::size_t>(size)};
}

// "" where OpenSSL refuses. `key`: nullptr leaves it out.
std::string pem_of(const Certificate& certificate, EVP_PKEY* key) {
  const Memory memory(BIO_new(BIO_s_mem()));
  if (!memory || !certificate || PEM_write_bio_X509(memory.get(), certificate.get()) != 1)
    return "";
  if (key != nullptr &&
      PEM_write_bio_PrivateKey(memory.get(), key, nullptr, nullptr, 0, nullptr, nullptr) != 1) {
    return "";
  }
  return text_of(memory.get());
}

}  // namespace

Result<TestCertificates> make_test_certificates(const std::string& host, TimePoint now) {
  const Key authority_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  const Subject subject{host, now - lifetime, now + lifetime};
  TestCertificates made;
  if (authority_key && key) {
    const Certificate authority =
        issue({"", subject.from, subject.until}, authority_key.get(), Issuer());
    const Issuer issuer{authority.get(), authority_key.get()};
    made.authority = pem_of(authority, nullptr);
    if (authority) {
      made.good = pem_of(issue(subject, key.get(), issuer), key.get());
      made.other_name = pem_of(
          issue({"other." + host, subject.from, subject.until}, key.get(), issuer), key.get());
      made.expired =
          pem_of(issue({host, now - 2 * lifetime, now - lifetime}, key.get(), issuer), key.get());
    }
    made.self_signed = pem_of(issue(subject, key.get(), Issuer()), key.get());
  }
  for (const std::string* pem :
       {&made.authority, &made.good, &made.other_name, &made.expired, &made.self_signed}) {
    if (!pem->empty()) continue;
    const char* const why = ERR_reason_error_string(ERR_peek_last_error());
    return fail(ErrorCode::internal, std::string("OpenSSL makes no certificate for the self-test") +
                                         (why != nullptr ? std::string(" (") + why + ")" : ""));
  }
  return made;
}

}  // namespace seekd::fetcher
