#include "daemon/access/identities.h"

#include <algorithm>
#include <utility>

#include <openssl/crypto.h>

#include "daemon/access/guarded_file.h"
#include "policy/quoted.h"

namespace seekd::daemon {
namespace {

ApiError refused(std::string code, std::string message) {
  return {401, std::move(code), std::move(message), "", std::nullopt};
}

std::shared_ptr<const Terms> terms_of(const config::CallerConfig& caller,
                                      const config::AccessConfig& access) {
  Terms terms;
  const config::CallerLimits& common = access.limits;
  terms.limits = {caller.requests_per_minute.value_or(common.requests_per_minute),
                  caller.requests_burst.value_or(common.requests_burst),
                  caller.tokens_per_minute.value_or(common.tokens_per_minute),
                  caller.fetches_per_minute.value_or(common.fetches_per_minute),
                  caller.requests_at_once.value_or(common.requests_at_once)};
  terms.priority = caller.priority.value_or(config::CallerPriority::interactive);
  terms.share = caller.share.value_or(1);
  terms.sites = caller.sites;
  terms.sites_denied = caller.sites_denied;
  terms.collections = caller.collections;
  return std::make_shared<const Terms>(std::move(terms));
}

// RFC 6750 §2.1; the scheme's name in any case (RFC 9110 §11.1).
std::optional<std::string_view> bearer(std::string_view authorization) {
  constexpr std::string_view scheme = "bearer ";
  if (authorization.size() < scheme.size()) return std::nullopt;
  for (std::size_t i = 0; i < scheme.size(); ++i) {
    const char c = authorization[i];
    if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) {
      return std::nullopt;
    }
  }
  authorization.remove_prefix(scheme.size());
  const std::size_t begin = std::min(authorization.find_first_not_of(' '), authorization.size());
  return authorization.substr(begin);
}

bool still_valid(const policy::ApiKey& key, TimePoint now) {
  return !key.last_day || now < *key.last_day + std::chrono::days(1);
}

}  // namespace

Identities::Identities(const config::Config& config, uid_t owner)
    : access_(config.access),
      owner_(owner),
      known_by_proof_(config.knows_callers()),
      common_(terms_of({}, config.access)) {}

Result<Identities> Identities::load(const config::Config& config, uid_t owner) {
  Identities identities(config, owner);
  if (Status read = identities.read_tables(); !read) return std::unexpected(read.error());
  if (Status read = identities.read_keys(); !read) return std::unexpected(read.error());
  if (Status read = identities.read_tokens(config.jwt); !read) {
    return std::unexpected(read.error());
  }
  return identities;
}

Status Identities::read_tables() {
  for (const config::CallerConfig& caller : access_.callers) {
    Table table{caller, {}, terms_of(caller, access_)};
    if (caller.account) {
      auto account = Circle::resolve({&*caller.account, 1}, "access.caller \"" + caller.name + '"');
      if (!account) return std::unexpected(std::move(account.error()));
      table.account = *std::move(account);
    }
    tables_.push_back(std::move(table));
  }
  return {};
}

Status Identities::read_keys() {
  if (access_.keys_file.empty()) return {};
  const auto text = read_guarded_file(access_.keys_file, "access.keys_file", Secrecy::open);
  if (!text) return std::unexpected(text.error());
  auto keys = policy::parse_api_keys(*text);
  const std::string file = "access.keys_file '" + access_.keys_file.native() + "': ";
  if (!keys) return fail(keys.error().code, file + keys.error().message);
  for (const policy::ApiKey& key : *keys) {
    for (const std::string& role : key.roles) {
      if (policy::rights_of(role, access_.roles)) continue;
      return fail(ErrorCode::invalid_argument, file + "the key of " + policy::quoted(key.name) +
                                                   " has the role " + policy::quoted(role) +
                                                   ", which there is not");
    }
  }
  keys_ = *std::move(keys);
  return {};
}

Status Identities::read_tokens(const config::JwtConfig& config) {
  auto keys = load_jwt_keys(config);
  if (!keys) return std::unexpected(std::move(keys.error()));
  tokens_ = TokenJudge(config, *std::move(keys));
  return {};
}

bool Identities::admits(const policy::IpAddress& address) const {
  return access_.addresses.empty() ||
         std::ranges::any_of(access_.addresses, [&](const policy::AddressRange& range) {
           return range.contains(address);
         });
}

std::expected<Caller, ApiError> Identities::identify(const Connection& connection,
                                                     std::string_view authorization,
                                                     TimePoint now) const {
  if (known_by_proof_ && !authorization.empty()) {
    const auto token = bearer(authorization);
    const bool is_token = token && token->contains('.') && tokens_.believes_any();
    if (token) return is_token ? by_token(*token, now) : by_key(*token, now);
    return std::unexpected(
        refused("invalid_api_key", "write the key as \"Authorization: Bearer KEY\""));
  }
  if (connection.transport == Transport::unix_socket) return by_account(connection.account);
  if (!connection.certificate_names.empty()) return by_certificate(connection.certificate_names);
  if (!known_by_proof_) return unknown();
  return std::unexpected(refused(
      "missing_api_key", "say who you are: send an API key as \"Authorization: Bearer KEY\""));
}

// All keys are compared, whatever comes first: the time says nothing of how much of a hash fits.
std::expected<Caller, ApiError> Identities::by_key(std::string_view text, TimePoint now) const {
  const auto hash = policy::hash_of_api_key(text);
  const policy::ApiKey* found = nullptr;
  for (const policy::ApiKey& key : keys_) {
    if (hash && CRYPTO_memcmp(key.hash.data(), hash->data(), hash->size()) == 0) found = &key;
  }
  if (found == nullptr) return std::unexpected(refused("invalid_api_key", "the key is not known"));
  if (!still_valid(*found, now)) {
    return std::unexpected(
        refused("expired_api_key", "the key's last day is over: ask for a new one"));
  }
  return named(found->name, found->roles, KnownBy::key);
}

// Roles that there are not are somebody else's: an issuer serves more than seekd.
std::expected<Caller, ApiError> Identities::by_token(std::string_view text, TimePoint now) const {
  auto claims = tokens_.judge(text, now);
  if (!claims) return std::unexpected(refused("invalid_token", claims.error().message));
  return named(std::move(claims->name), std::move(claims->roles), KnownBy::token);
}

std::expected<Caller, ApiError> Identities::by_certificate(
    std::span<const std::string> names) const {
  for (const Table& table : tables_) {
    const std::string& wanted = table.config.certificate;
    if (wanted.empty() || std::ranges::find(names, wanted) == names.end()) continue;
    return named(table.config.name, {}, KnownBy::certificate);
  }
  return std::unexpected(
      refused("unknown_certificate", "no table [[access.caller]] has a name of your certificate"));
}

Caller Identities::by_account(const Peer& account) const {
  for (const Table& table : tables_) {
    if (!table.account.has_account(account)) continue;
    Caller caller = named(table.config.name, {}, KnownBy::account);
    caller.account = account;
    return caller;
  }
  Caller caller{account.uid ? "uid:" + std::to_string(*account.uid) : "",
                account,
                access_.socket_roles,
                {},
                common_,
                KnownBy::account};
  const bool ours = account.uid && (*account.uid == 0 || *account.uid == owner_);
  if (!ours) return with_rights(std::move(caller));
  caller.roles = {"admin"};
  caller.rights = policy::Rights::all();
  return caller;
}

Caller Identities::unknown() const {
  return with_rights({"", {}, access_.loopback_roles, {}, common_, KnownBy::nothing});
}

std::expected<Caller, ApiError> Identities::recall(const CallerMark& mark, TimePoint now) const {
  const auto gone = [](std::string what) {
    return std::unexpected(refused("caller_gone", std::move(what)));
  };
  switch (mark.known_by) {
    case KnownBy::nothing:
      if (known_by_proof_) return gone("callers have to be known by now, and this one was not");
      return unknown();
    case KnownBy::account:
      return by_account(mark.account);
    case KnownBy::key: {
      const auto key = std::ranges::find_if(keys_, [&](const policy::ApiKey& one) {
        return one.name == mark.name && still_valid(one, now);
      });
      if (key == keys_.end()) return gone("no key of " + policy::quoted(mark.name) + " is valid");
      return named(key->name, key->roles, KnownBy::key);
    }
    case KnownBy::token:
      if (!tokens_.believes_any()) return gone("tokens are no longer believed");
      return named(mark.name, mark.roles, KnownBy::token);
    case KnownBy::certificate:
      break;
  }
  const auto table = std::ranges::find_if(tables_, [&](const Table& one) {
    return one.config.name == mark.name && !one.config.certificate.empty();
  });
  if (table == tables_.end()) {
    return gone("no table [[access.caller]] has a certificate of " + policy::quoted(mark.name));
  }
  return named(mark.name, {}, KnownBy::certificate);
}

Caller Identities::named(std::string name, std::vector<std::string> roles, KnownBy by) const {
  const auto table = std::ranges::find(
      tables_, name, [](const Table& one) -> const std::string& { return one.config.name; });
  Caller caller{std::move(name), {}, std::move(roles), {}, common_, by};
  if (table != tables_.end()) {
    caller.terms = table->terms;
    if (caller.roles.empty()) caller.roles = table->config.roles;
  }
  return with_rights(std::move(caller));
}

Caller Identities::with_rights(Caller caller) const {
  for (const std::string& role : caller.roles) {
    if (const auto rights = policy::rights_of(role, access_.roles)) caller.rights.add(*rights);
  }
  return caller;
}

}  // namespace seekd::daemon
