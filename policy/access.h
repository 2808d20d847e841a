// Who may do what, as the configuration writes it: "everyone", "uid:1001", "user:alice", "gid:50",
// "group:ops", "caller:grafana", "role:auditor".
//
// Pure; any thread. Names of users and groups are looked up by daemon/access.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::policy {

struct Subject {
  enum class Kind : std::uint8_t {
    everyone,  // callers whose account is not known too
    uid,
    gid,     // an account that is a member
    user,    // by name
    group,   // likewise
    caller,  // by the name that a key, a token or a table [[access.caller]] gives
    role,    // who has it
  };

  Kind kind = Kind::everyone;
  std::uint32_t id = 0;  // of uid and gid
  std::string name;      // of the others but everyone

  bool operator==(const Subject&) const = default;
};

// Errors: invalid_argument, with the forms that there are.
Result<Subject> parse_subject(std::string_view text);

}  // namespace seekd::policy
