#include "daemon/access/jwt_keys.h"

#include <algorithm>
#include <utility>

#include <boost/json.hpp>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>

#include "daemon/access/guarded_file.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;
using config::JwtAlgorithm;

constexpr std::size_t secret_bytes_min = 32;
constexpr int rsa_bits_min = 2048;
constexpr std::size_t coordinate_bytes = 32;
constexpr std::size_t keys_max = 100;

struct Free {
  void operator()(BIO* bio) const { BIO_free(bio); }
  void operator()(EVP_PKEY_CTX* context) const { EVP_PKEY_CTX_free(context); }
  void operator()(OSSL_PARAM_BLD* builder) const { OSSL_PARAM_BLD_free(builder); }
  void operator()(OSSL_PARAM* params) const { OSSL_PARAM_free(params); }
  void operator()(BIGNUM* number) const { BN_free(number); }
};
template <class T>
using Owned = std::unique_ptr<T, Free>;

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key) {
  return {key, EVP_PKEY_free};
}

std::unexpected<Error> wrong(std::string message) {
  return fail(ErrorCode::invalid_argument, std::move(message));
}

Result<JwtKey> judged(std::shared_ptr<EVP_PKEY> key, std::string id) {
  JwtKey made;
  made.id = std::move(id);
  made.public_key = std::move(key);
  EVP_PKEY* const native = made.public_key.get();
  if (EVP_PKEY_is_a(native, "RSA") == 1) {
    made.algorithm = JwtAlgorithm::rs256;
    if (EVP_PKEY_get_bits(native) >= rsa_bits_min) return made;
    return wrong("an RSA key has fewer than 2048 bits");
  }
  char curve[sizeof "prime256v1"] = "";
  std::size_t size = 0;
  const bool named = EVP_PKEY_is_a(native, "EC") == 1 &&
                     EVP_PKEY_get_group_name(native, curve, sizeof curve, &size) == 1;
  made.algorithm = JwtAlgorithm::es256;
  if (named && std::string_view(curve) == "prime256v1") return made;
  return wrong("a key is neither of RSA nor of the curve P-256");
}

Result<std::vector<JwtKey>> read_pem(const std::string& text) {
  const Owned<BIO> bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  std::vector<JwtKey> keys;
  while (EVP_PKEY* const read = PEM_read_bio_PUBKEY(bio.get(), nullptr, nullptr, nullptr)) {
    auto key = judged(owned(read), "");
    if (!key) return std::unexpected(std::move(key.error()));
    if (keys.size() == keys_max) return wrong("has more than 100 keys");
    keys.push_back(*std::move(key));
  }
  ERR_clear_error();
  if (keys.empty()) return wrong("holds no \"-----BEGIN PUBLIC KEY-----\"");
  return keys;
}

std::shared_ptr<EVP_PKEY> from_params(const char* kind, OSSL_PARAM_BLD* builder) {
  const Owned<OSSL_PARAM> params(OSSL_PARAM_BLD_to_param(builder));
  const Owned<EVP_PKEY_CTX> context(EVP_PKEY_CTX_new_from_name(nullptr, kind, nullptr));
  EVP_PKEY* key = nullptr;
  const bool made = params && context && EVP_PKEY_fromdata_init(context.get()) == 1 &&
                    EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, params.get()) == 1;
  ERR_clear_error();
  return made ? owned(key) : nullptr;
}

Owned<BIGNUM> number(const std::string& bytes) {
  return Owned<BIGNUM>(BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes.data()),
                                 static_cast<int>(bytes.size()), nullptr));
}

// RFC 7518 §6.3.1
std::shared_ptr<EVP_PKEY> rsa_key(const std::string& modulus, const std::string& exponent) {
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  const Owned<BIGNUM> n = number(modulus);
  const Owned<BIGNUM> e = number(exponent);
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get());
  OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get());
  return from_params("RSA", builder.get());
}

// RFC 7518 §6.2.1; the point as SEC 1 §2.3.3 writes it.
std::shared_ptr<EVP_PKEY> p256_key(const std::string& x, const std::string& y) {
  if (x.size() != coordinate_bytes || y.size() != coordinate_bytes) return nullptr;
  const std::string point = '\x04' + x + y;
  const Owned<OSSL_PARAM_BLD> builder(OSSL_PARAM_BLD_new());
  OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, "P-256", 0);
  OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                   point.size());
  return from_params("EC", builder.get());
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

std::string bytes_at(const json::object& object, std::string_view name) {
  return decode_base64url(text_at(object, name)).value_or("");
}

// nullopt: a key for something else, which a set may hold beside ours (RFC 7517 §5).
Result<std::optional<JwtKey>> read_jwk(const json::object& jwk) {
  const std::string use = text_at(jwk, "use");
  if (!use.empty() && use != "sig") return std::nullopt;
  const std::string kind = text_at(jwk, "kty");
  std::shared_ptr<EVP_PKEY> made;
  if (kind == "RSA") {
    made = rsa_key(bytes_at(jwk, "n"), bytes_at(jwk, "e"));
  } else if (kind == "EC" && text_at(jwk, "crv") == "P-256") {
    made = p256_key(bytes_at(jwk, "x"), bytes_at(jwk, "y"));
  } else {
    return std::nullopt;
  }
  if (!made) return wrong("the key of kid \"" + text_at(jwk, "kid") + "\" is no key");
  auto key = judged(std::move(made), text_at(jwk, "kid"));
  if (!key) return std::unexpected(std::move(key.error()));
  const std::string algorithm = text_at(jwk, "alg");
  if (!algorithm.empty() && algorithm != to_string(key->algorithm)) return std::nullopt;
  return *std::move(key);
}

Result<std::vector<JwtKey>> read_jwk_set(const std::string& text) {
  json::error_code error;
  const json::value set = json::parse(text, error);
  const json::value* const list =
      !error && set.is_object() ? set.get_object().if_contains("keys") : nullptr;
  if (list == nullptr || !list->is_array()) return wrong("is no JWK set {\"keys\": […]}");
  std::vector<JwtKey> keys;
  for (const json::value& one : list->get_array()) {
    if (!one.is_object()) return wrong("has a key that is no object");
    auto key = read_jwk(one.get_object());
    if (!key) return std::unexpected(std::move(key.error()));
    if (keys.size() == keys_max) return wrong("has more than 100 keys");
    if (*key) keys.push_back(**std::move(key));
  }
  if (keys.empty()) return wrong("has no key for RS256 or ES256");
  return keys;
}

Result<JwtKey> read_secret(const std::filesystem::path& file) {
  auto text = read_guarded_file(file, "jwt.secret_file", Secrecy::secret);
  if (!text) return std::unexpected(std::move(text.error()));
  if (text->ends_with('\n')) text->pop_back();
  if (text->size() < secret_bytes_min) {
    return wrong("jwt.secret_file '" + file.native() +
                 "' has fewer than 32 bytes; make one with `openssl rand -hex 32`");
  }
  JwtKey key;
  key.secret = *std::move(text);
  return key;
}

}  // namespace

Result<std::vector<JwtKey>> load_jwt_keys(const config::JwtConfig& config) {
  const auto believed = [&](JwtAlgorithm algorithm) {
    return std::ranges::find(config.algorithms, algorithm) != config.algorithms.end();
  };
  std::vector<JwtKey> keys;
  if (believed(JwtAlgorithm::hs256)) {
    auto secret = read_secret(config.secret_file);
    if (!secret) return std::unexpected(std::move(secret.error()));
    keys.push_back(*std::move(secret));
  }
  if (!believed(JwtAlgorithm::rs256) && !believed(JwtAlgorithm::es256)) return keys;
  const auto text = read_guarded_file(config.keys_file, "jwt.keys_file", Secrecy::open);
  if (!text) return std::unexpected(text.error());
  const std::size_t begin = text->find_first_not_of(" \t\r\n");
  const bool set = begin != std::string::npos && (*text)[begin] == '{';
  auto read = set ? read_jwk_set(*text) : read_pem(*text);
  if (!read) {
    return fail(read.error().code,
                "jwt.keys_file '" + config.keys_file.native() + "': " + read.error().message);
  }
  for (JwtKey& key : *read) {
    if (believed(key.algorithm)) keys.push_back(std::move(key));
  }
  return keys;
}

std::optional<std::string> decode_base64url(std::string_view text) {
  constexpr std::string_view digits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  std::string bytes;
  unsigned held = 0;
  unsigned bits = 0;
  for (const char c : text) {
    const std::size_t value = digits.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    held = held << 6 | static_cast<unsigned>(value);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes.push_back(static_cast<char>(held >> bits & 0xff));
    held &= (1U << bits) - 1;
  }
  // One spelling for each text: no digit too many, and nothing in the bits that are left.
  if (bits >= 6 || held != 0) return std::nullopt;
  return bytes;
}

}  // namespace seekd::daemon
