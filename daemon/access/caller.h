// Caller: who asks, what he may do, and on which terms; complete when it exists.
//
// Plain value; any thread.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "config/access_config.h"
#include "daemon/access/peer.h"
#include "daemon/fair_shares.h"
#include "policy/rights.h"

namespace seekd::daemon {

// What a table [[access.caller]] says, and the defaults of [access] where it says nothing.
struct Terms {
  config::CallerLimits limits;
  config::CallerPriority priority = config::CallerPriority::interactive;
  std::size_t share = 1;                  // of the model, beside other callers'
  std::vector<std::string> sites;         // hosts, as SiteRule's; empty: all
  std::vector<std::string> sites_denied;  // likewise; wins
  std::vector<std::string> collections;   // of those that he may read; empty: all of them
};

// By what it is known who asks.
enum class KnownBy : std::uint8_t {
  nothing,      // over TCP, where nothing is configured that callers could be known by
  account,      // the kernel's word for the other end of a unix socket
  key,          // of access.keys_file
  token,        // a JSON Web Token
  certificate,  // of TLS
};

struct Caller {
  std::string name;  // of a key, a token or a table; "uid:1001" of an account; "" nobody is known
  Peer account;      // on the unix socket, unless a key or a token says who asks
  std::vector<std::string> roles;
  policy::Rights rights;
  std::shared_ptr<const Terms> terms = std::make_shared<const Terms>();
  KnownBy known_by = KnownBy::nothing;

  Claimant claimant() const { return {name, terms->share}; }
};

// Who somebody was, kept so that he is known again when he is not there (Identities::recall).
struct CallerMark {
  KnownBy known_by = KnownBy::nothing;
  std::string name;
  Peer account;
  std::vector<std::string> roles;  // of a token, which says them itself

  bool operator==(const CallerMark&) const = default;
};

inline CallerMark mark_of(const Caller& caller) {
  const bool token = caller.known_by == KnownBy::token;
  return {caller.known_by, caller.name, caller.account,
          token ? caller.roles : std::vector<std::string>()};
}

// What is one's is the other's: groups and roles may have changed.
inline bool same_caller(const CallerMark& one, const CallerMark& other) {
  return one.known_by == other.known_by && one.name == other.name &&
         one.account.uid == other.account.uid;
}

}  // namespace seekd::daemon
