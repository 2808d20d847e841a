// JSON Web Tokens: whether one is to be believed, and whose it is.
//
// Constant after create(); any thread. Sources: RFC 7519, RFC 7515, and RFC 8725 for what goes
// wrong: which algorithm is believed says the key, never the token alone; "none" is no algorithm;
// no header makes another key believed than those of the configuration, and none makes a file or a
// URL be read.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "config/access_config.h"
#include "daemon/access/jwt_keys.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::daemon {

inline constexpr std::size_t token_bytes_max = 8 << 10;

struct TokenClaims {
  std::string name;
  std::vector<std::string> roles;  // empty: it names none
};

class TokenJudge {
 public:
  TokenJudge() = default;  // believes none
  TokenJudge(config::JwtConfig config, std::vector<JwtKey> keys)
      : config_(std::move(config)), keys_(std::move(keys)) {}

  bool believes_any() const { return !keys_.empty(); }

  // Errors: invalid_argument: why it is not believed, for the one who sent it.
  Result<TokenClaims> judge(std::string_view token, TimePoint now) const;

 private:
  bool signed_by_ours(std::string_view algorithm, std::string_view id, std::string_view text,
                      std::string_view signature) const;
  Result<TokenClaims> claims(std::string_view payload, TimePoint now) const;

  config::JwtConfig config_;
  std::vector<JwtKey> keys_;
};

}  // namespace seekd::daemon
