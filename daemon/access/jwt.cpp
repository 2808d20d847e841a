#include "daemon/access/jwt.h"

#include <array>
#include <cmath>
#include <memory>
#include <optional>
#include <utility>

#include <boost/json.hpp>
#include <openssl/crypto.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "policy/rights.h"

namespace seekd::daemon {
namespace {

namespace json = boost::json;
using config::JwtAlgorithm;

constexpr std::size_t depth_max = 8;
constexpr std::size_t half_signature_bytes = 32;  // r and s of P-256

struct Free {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(ECDSA_SIG* signature) const { ECDSA_SIG_free(signature); }
  void operator()(unsigned char* bytes) const { OPENSSL_free(bytes); }
};

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::unexpected<Error> disbelieved(std::string why) {
  return fail(ErrorCode::invalid_argument, "the token is not believed: " + std::move(why));
}

// Of a text that is JSON: how often a name stands in its outermost object. Readers take the first
// or the last of two alike; a token that says two things is not believed (RFC 7519 §4).
std::size_t outer_names(std::string_view text) {
  std::size_t names = 0;
  int depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '{' || c == '[') ++depth;
    if (c == '}' || c == ']') --depth;
    if (c != '"') continue;
    for (++i; i < text.size() && text[i] != '"'; ++i) {
      if (text[i] == '\\') ++i;
    }
    const std::size_t next = text.find_first_not_of(" \t\r\n", i + 1);
    if (depth == 1 && next != std::string_view::npos && text[next] == ':') ++names;
  }
  return names;
}

std::optional<json::object> parse_part(std::string_view encoded) {
  const auto text = decode_base64url(encoded);
  if (!text) return std::nullopt;
  json::parse_options options;
  options.max_depth = depth_max;
  json::error_code error;
  json::value value = json::parse(*text, error, {}, options);
  if (error || !value.is_object() || outer_names(*text) != value.get_object().size()) {
    return std::nullopt;
  }
  return std::move(value.get_object());
}

std::string text_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  return value != nullptr && value->is_string() ? std::string(value->get_string()) : "";
}

// NumericDate (RFC 7519 §2), which may have a fraction.
std::optional<double> date_at(const json::object& object, std::string_view name) {
  const json::value* const value = object.if_contains(name);
  if (value == nullptr || !value->is_number()) return std::nullopt;
  return value->to_number<double>();
}

bool hmac_fits(const std::string& secret, std::string_view text, std::string_view signature) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes_of(text), text.size(),
       digest.data(), &size);
  return signature.size() == size && CRYPTO_memcmp(digest.data(), signature.data(), size) == 0;
}

bool digest_fits(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const bool fits = EVP_DigestVerifyInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1 &&
                    EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                     bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return fits;
}

// RFC 7518 §3.4: r and s, 32 bytes each; OpenSSL wants them as DER.
bool ecdsa_fits(EVP_PKEY* key, std::string_view text, std::string_view signature) {
  if (signature.size() != 2 * half_signature_bytes) return false;
  const std::unique_ptr<ECDSA_SIG, Free> pair(ECDSA_SIG_new());
  ECDSA_SIG_set0(
      pair.get(), BN_bin2bn(bytes_of(signature), half_signature_bytes, nullptr),
      BN_bin2bn(bytes_of(signature.substr(half_signature_bytes)), half_signature_bytes, nullptr));
  unsigned char* der = nullptr;
  const int size = i2d_ECDSA_SIG(pair.get(), &der);
  if (size <= 0) return false;
  const std::unique_ptr<unsigned char, Free> held(der);
  return digest_fits(key, text,
                     {reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)});
}

bool fits(const JwtKey& key, std::string_view text, std::string_view signature) {
  switch (key.algorithm) {
    case JwtAlgorithm::hs256:
      return hmac_fits(key.secret, text, signature);
    case JwtAlgorithm::rs256:
      return digest_fits(key.public_key.get(), text, signature);
    case JwtAlgorithm::es256:
      return ecdsa_fits(key.public_key.get(), text, signature);
  }
  return false;
}

// RFC 7519 §4.1.3: one audience, or a list.
bool is_for(const json::object& claims, const std::string& audience) {
  const json::value* const value = claims.if_contains("aud");
  if (value == nullptr) return false;
  if (value->is_string()) return value->get_string() == audience;
  if (!value->is_array()) return false;
  for (const json::value& one : value->get_array()) {
    if (one.is_string() && one.get_string() == audience) return true;
  }
  return false;
}

std::vector<std::string> roles_at(const json::object& claims, std::string_view name) {
  std::vector<std::string> roles;
  const json::value* const value = claims.if_contains(name);
  if (value == nullptr) return roles;
  if (value->is_string()) {  // RFC 8693 §4.2 writes scopes so
    std::string_view words = value->get_string();
    while (!words.empty()) {
      const std::size_t end = std::min(words.find(' '), words.size());
      if (end > 0) roles.emplace_back(words.substr(0, end));
      words.remove_prefix(std::min(end + 1, words.size()));
    }
  } else if (value->is_array()) {
    for (const json::value& one : value->get_array()) {
      if (one.is_string()) roles.emplace_back(one.get_string());
    }
  }
  return roles;
}

}  // namespace

bool TokenJudge::signed_by_ours(std::string_view algorithm, std::string_view id,
                                std::string_view text, std::string_view signature) const {
  for (const JwtKey& key : keys_) {
    const bool meant =
        to_string(key.algorithm) == algorithm && (id.empty() || key.id.empty() || key.id == id);
    if (meant && fits(key, text, signature)) return true;
  }
  return false;
}

Result<TokenClaims> TokenJudge::claims(std::string_view payload, TimePoint now) const {
  const auto claims = parse_part(payload);
  if (!claims) return disbelieved("its claims are no JSON object, or say something twice");
  const auto seconds = static_cast<double>(now.time_since_epoch().count());
  const auto leeway = static_cast<double>(config_.leeway.count());
  const auto expires = date_at(*claims, "exp");
  if (!expires) return disbelieved("it does not say when it expires (exp)");
  if (!(seconds < *expires + leeway)) return disbelieved("it has expired (exp)");
  if (claims->contains("nbf")) {
    const auto begins = date_at(*claims, "nbf");
    if (!begins || !(seconds + leeway >= *begins)) return disbelieved("it is not valid yet (nbf)");
  }
  if (!config_.issuer.empty() && text_at(*claims, "iss") != config_.issuer) {
    return disbelieved("another issuer made it (iss)");
  }
  if (!is_for(*claims, config_.audience)) return disbelieved("it is for another service (aud)");
  TokenClaims believed{text_at(*claims, config_.name_claim),
                       roles_at(*claims, config_.roles_claim)};
  if (!policy::is_caller_name(believed.name)) {
    return disbelieved("its claim " + config_.name_claim + " is no caller's name");
  }
  return believed;
}

Result<TokenClaims> TokenJudge::judge(std::string_view token, TimePoint now) const {
  const std::size_t first = token.find('.');
  const std::size_t second = token.find('.', std::min(first, token.size() - 1) + 1);
  if (token.size() > token_bytes_max || first == std::string_view::npos ||
      second == std::string_view::npos) {
    return disbelieved("it is no JSON Web Token of at most 8 KiB");
  }
  const auto header = parse_part(token.substr(0, first));
  const auto signature = decode_base64url(token.substr(second + 1));
  if (!header || !signature) return disbelieved("it is no JSON Web Token");
  // RFC 7515 §4.1.11: what we do not understand and must, is all that can stand here.
  if (header->contains("crit")) return disbelieved("it needs an extension (crit)");
  const bool ours = signed_by_ours(text_at(*header, "alg"), text_at(*header, "kid"),
                                   token.substr(0, second), *signature);
  if (!ours) return disbelieved("none of our keys has signed it");
  return claims(token.substr(first + 1, second - first - 1), now);
}

}  // namespace seekd::daemon
