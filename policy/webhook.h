// Whom a watch may tell what it found: receivers of notices, as an operator names them.
//
// Pure; any thread. A notice leaves the host by these URLs and no other: who asks for one names a
// receiver of the configuration, and gives no URL.

#pragma once

#include <cstddef>
#include <filesystem>
#include <string>

#include "policy/egress.h"
#include "policy/url.h"

namespace seekd::policy {

inline constexpr std::size_t notice_bytes_max = 64 << 10;  // of what one notice says, JSON

// A table [[egress.webhook]].
struct Webhook {
  std::string name;                // as a collection is called
  std::string url;                 // canonical
  std::filesystem::path key_file;  // what notices are signed with, by the fetcher; "" for nothing

  bool operator==(const Webhook&) const = default;
};

// What its URL opens, which is no page's to open: its scheme, host and port. REQUIRES: its url is
// one.
SiteRule webhook_rule(const Webhook& webhook);

// What notices to it are judged by: its rule in the place of `allow`, all else as it is, `deny`,
// addresses, exceptions, sites and proxy.
EgressPolicy webhook_policy(const EgressPolicy& policy, const Webhook& webhook);

}  // namespace seekd::policy
