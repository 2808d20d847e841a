#include "daemon/client_certificate.h"

#include <memory>

#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace seekd::daemon {
namespace {

struct Free {
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(GENERAL_NAMES* names) const { GENERAL_NAMES_free(names); }
  void operator()(unsigned char* text) const { OPENSSL_free(text); }
};

void add(std::vector<std::string>& names, const ASN1_STRING* text) {
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, text);
  if (size <= 0) return;
  const std::unique_ptr<unsigned char, Free> held(utf8);
  std::string name(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  if (name.find('\0') == std::string::npos) names.push_back(std::move(name));
}

void add_alternative_names(std::vector<std::string>& names, const X509* certificate) {
  const std::unique_ptr<GENERAL_NAMES, Free> all(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!all) return;
  for (int i = 0; i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const GENERAL_NAME* const name = sk_GENERAL_NAME_value(all.get(), i);
    if (name->type != GEN_DNS && name->type != GEN_EMAIL && name->type != GEN_URI) continue;
    add(names, name->d.ia5);
  }
}

}  // namespace

std::vector<std::string> names_of_client(const SSL* connection) {
  std::vector<std::string> names;
  const std::unique_ptr<X509, Free> certificate(SSL_get1_peer_certificate(connection));
  if (!certificate || SSL_get_verify_result(connection) != X509_V_OK) return names;
  add_alternative_names(names, certificate.get());
  X509_NAME* const subject = X509_get_subject_name(certificate.get());
  const int place = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (place >= 0) add(names, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, place)));
  return names;
}

}  // namespace seekd::daemon
