// The keys that JSON Web Tokens are checked with: a secret, public keys in PEM, a JWK set.
//
// Reads files; what was made is constant, any thread. A key is of one algorithm, which its kind
// says and no token: a public key is never taken for the secret of HS256. Sources: RFC 7517, RFC
// 7518 §3.2 (secrets of 32 bytes or more), §3.3 (RSA of 2048 bits or more), §3.4 (P-256).

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <openssl/types.h>

#include "config/access_config.h"
#include "policy/result.h"

namespace seekd::daemon {

struct JwtKey {
  config::JwtAlgorithm algorithm = config::JwtAlgorithm::hs256;
  std::string id;                        // of a JWK set, "" where it has none
  std::string secret;                    // of HS256
  std::shared_ptr<EVP_PKEY> public_key;  // of the others
};

// Of the algorithms that are configured. Errors: a file that cannot be read, is no such keys, or
// has a key that is too weak.
Result<std::vector<JwtKey>> load_jwt_keys(const config::JwtConfig& config);

// RFC 4648 §5 without padding; nullopt for every other spelling.
std::optional<std::string> decode_base64url(std::string_view text);

}  // namespace seekd::daemon
