// Circle: those who may do one thing, as the configuration names them.
//
// Constant after resolve(); any thread.

#pragma once

#include <span>
#include <string>
#include <vector>

#include <sys/types.h>

#include "daemon/access/caller.h"
#include "policy/access.h"
#include "policy/result.h"

namespace seekd::daemon {

class Circle {
 public:
  // Looks up the names of users and groups. `where` begins the messages. Errors: not_found (no such
  // user or group), io.
  static Result<Circle> resolve(std::span<const policy::Subject> subjects,
                                const std::string& where);

  bool has(const Caller& caller) const;
  bool has_account(const Peer& account) const;
  bool has_everyone() const { return everyone_; }

 private:
  Status add(const policy::Subject& subject, const std::string& where);

  bool everyone_ = false;
  std::vector<uid_t> users_;
  std::vector<gid_t> groups_;
  std::vector<std::string> callers_;
  std::vector<std::string> roles_;
};

}  // namespace seekd::daemon
