// Collections: which caller may read and write which part of the memory.
//
// Constant after create(); any thread. What has no table in the configuration is nobody's, so that
// pages of a collection whose table was taken out are found by nobody.

#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "config/config.h"
#include "daemon/access/caller.h"
#include "daemon/access/circle.h"
#include "daemon/access/scope.h"
#include "policy/result.h"

namespace seekd::daemon {

class Collections {
 public:
  // Looks up the names of users and groups: call it before the sandbox, which closes the files that
  // say them. `owner`: the user that seekd runs as. Errors: not_found (no such user or group), io.
  static Result<Collections> create(std::span<const config::CollectionConfig> configured,
                                    uid_t owner);

  bool may_read(const Caller& caller, std::string_view collection) const;
  // Root and the owner always may: the files of the cache are theirs.
  bool may_write(const Caller& caller, std::string_view collection) const;

  // All that the caller may read.
  Scope readable(const Caller& caller) const;

 private:
  struct Collection {
    std::string name;
    Circle readers;
    Circle writers;
  };

  explicit Collections(uid_t owner) : owner_(owner) {}
  static bool readable_by(const Caller& caller, const Collection& collection);
  const Collection* find(std::string_view name) const;

  uid_t owner_;
  std::vector<Collection> collections_;  // the web first
};

}  // namespace seekd::daemon
