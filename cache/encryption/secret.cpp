#include "cache/encryption/secret.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace seekd::cache {

void Secret::wipe() {
  OPENSSL_cleanse(bytes_.data(), bytes_.size());
}

Secret derive(const Secret& key, std::string_view info) {
  Secret derived;
  ::HMAC(::EVP_sha256(), key.bytes().data(), Secret::size,
         reinterpret_cast<const unsigned char*>(info.data()), info.size(), derived.bytes().data(),
         nullptr);
  return derived;
}

bool fill_randomly(std::span<std::uint8_t> bytes) {
  return ::RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) == 1;
}

}  // namespace seekd::cache
