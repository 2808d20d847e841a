// AccessControl: who callers are at this moment, and how a changed configuration comes into force.
//
// All functions are called on the I/O thread. A reload that fails leaves everything as it was, and
// is told in the log; a request that is being answered goes on as whom it came.

#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include <boost/asio/ssl/context.hpp>

#include "config/config.h"
#include "daemon/access/identities.h"
#include "daemon/listen_sockets.h"
#include "policy/result.h"

namespace seekd::daemon {

class AccessControl {
 public:
  // Errors: a socket that would be served to anybody, or readably (exposure.h); Identities::load's
  // and load_tls_context's.
  static Result<AccessControl> create(const config::Config& config,
                                      std::span<const ListenSocket> sockets);

  const Identities& identities() const { return identities_; }
  // What new connections over TCP are secured with; nullptr: nothing.
  std::shared_ptr<boost::asio::ssl::context> tls() const { return tls_; }

  // [access], [tls] and [jwt] of `fresh`, and the files that they name. Errors: as create's. Gives
  // whether anything else is other than at the start, which waits for a restart.
  Result<bool> reload(const config::Config& fresh);

 private:
  AccessControl(const config::Config& config, std::vector<std::string> exposed,
                Identities identities, std::shared_ptr<boost::asio::ssl::context> tls);

  const config::Config started_with_;
  const std::vector<std::string> exposed_;  // places that other hosts can reach
  Identities identities_;
  std::shared_ptr<boost::asio::ssl::context> tls_;
};

}  // namespace seekd::daemon
