// What upstreams ask for: a key each, out of a file of its own. The broker has them, and hands one
// to the worker that speaks to its server; seekd, the log and the replies never see it.
//
// Read once, before the sandbox: another key takes a restart. Errors: as read_secret_line().
#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "fetcher/broker/named_keys.h"
#include "policy/result.h"
#include "policy/upstream.h"

namespace seekd::fetcher {

class UpstreamKeys {
 public:
  // `credentials`: what $CREDENTIALS_DIRECTORY says; of an upstream without a key_file the
  // credential "upstream-key-NAME" is taken, where there is one.
  static Result<UpstreamKeys> load(std::span<const policy::Upstream> upstreams,
                                   const std::filesystem::path& credentials);

  // The header field to send (RFC 6750 §2.1), "" where there is no key, or where it would be sent
  // without TLS to another host than this one.
  std::string field_for(const policy::Upstream& upstream, const policy::Url& url) const;

 private:
  NamedKeys by_upstream_;
};

}  // namespace seekd::fetcher
