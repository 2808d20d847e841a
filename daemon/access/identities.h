// Identities: who callers are. What a connection and a request bring along, an account, a
// certificate, a key, a token, becomes a Caller, or a refusal.
//
// Constant after load(), which reads files; any thread. Fails closed: a key that is not known is
// not overlooked in favour of the account that sent it. Where nothing is configured that a caller
// could be known by, what he sends is not looked at: clients of OpenAI's always send some key.

#pragma once

#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "config/config.h"
#include "daemon/access/caller.h"
#include "daemon/access/circle.h"
#include "daemon/access/connection.h"
#include "daemon/access/jwt.h"
#include "daemon/api/api_error.h"
#include "policy/api_key.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::daemon {

class Identities {
 public:
  // `owner`: the user that seekd runs as. Errors: what is wrong with which file or table, and what
  // to do.
  static Result<Identities> load(const config::Config& config, uid_t owner);

  // Callers on TCP can be told from each other; nothing but /health is served to those who cannot.
  bool known_by_proof() const { return known_by_proof_; }

  // May connect over TCP at all.
  bool admits(const policy::IpAddress& address) const;

  // `authorization`: the header's value, "" without one. The error is a 401.
  std::expected<Caller, ApiError> identify(const Connection& connection,
                                           std::string_view authorization, TimePoint now) const;

  // Who was here once, as he is now: with the rights, the terms and the keys that he has left. A
  // token is not asked for again: it stands for its roles as long as tokens are believed at all.
  // The error is a 401.
  std::expected<Caller, ApiError> recall(const CallerMark& mark, TimePoint now) const;

 private:
  struct Table {
    config::CallerConfig config;
    Circle account;  // nobody's where the table names none
    std::shared_ptr<const Terms> terms;
  };

  Identities(const config::Config& config, uid_t owner);
  Status read_tables();
  Status read_keys();
  Status read_tokens(const config::JwtConfig& config);

  std::expected<Caller, ApiError> by_key(std::string_view text, TimePoint now) const;
  std::expected<Caller, ApiError> by_token(std::string_view text, TimePoint now) const;
  std::expected<Caller, ApiError> by_certificate(std::span<const std::string> names) const;
  Caller by_account(const Peer& account) const;
  Caller unknown() const;

  // The caller of that name with those roles, or with those of its table where it is given none.
  Caller named(std::string name, std::vector<std::string> roles, KnownBy by) const;
  Caller with_rights(Caller caller) const;

  config::AccessConfig access_;
  uid_t owner_;
  bool known_by_proof_;
  std::shared_ptr<const Terms> common_;  // of callers without a table
  std::vector<Table> tables_;
  std::vector<policy::ApiKey> keys_;
  TokenJudge tokens_;
};

}  // namespace seekd::daemon
