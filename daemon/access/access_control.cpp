#include "daemon/access/access_control.h"

#include <utility>

#include <unistd.h>

#include "daemon/access/exposure.h"
#include "daemon/tls_context.h"

namespace seekd::daemon {

AccessControl::AccessControl(const config::Config& config, std::vector<std::string> exposed,
                             Identities identities, std::shared_ptr<boost::asio::ssl::context> tls)
    : started_with_(config),
      exposed_(std::move(exposed)),
      identities_(std::move(identities)),
      tls_(std::move(tls)) {}

Result<AccessControl> AccessControl::create(const config::Config& config,
                                            std::span<const ListenSocket> sockets) {
  std::vector<std::string> exposed;
  for (const ListenSocket& socket : sockets) {
    if (!socket.is_local()) exposed.push_back(socket.place());
  }
  if (Status judged = judge_exposure(exposed, config); !judged) {
    return std::unexpected(std::move(judged.error()));
  }
  auto identities = Identities::load(config, geteuid());
  if (!identities) return std::unexpected(std::move(identities.error()));
  auto tls = load_tls_context(config.tls);
  if (!tls) return std::unexpected(std::move(tls.error()));
  return AccessControl(config, std::move(exposed), *std::move(identities), *std::move(tls));
}

Result<bool> AccessControl::reload(const config::Config& fresh) {
  if (Status judged = judge_exposure(exposed_, fresh); !judged) {
    return std::unexpected(std::move(judged.error()));
  }
  auto identities = Identities::load(fresh, geteuid());
  if (!identities) return std::unexpected(std::move(identities.error()));
  auto tls = load_tls_context(fresh.tls);
  if (!tls) return std::unexpected(std::move(tls.error()));
  identities_ = *std::move(identities);
  tls_ = *std::move(tls);
  config::Config others = fresh;
  others.access = started_with_.access;
  others.tls = started_with_.tls;
  others.jwt = started_with_.jwt;
  return others != started_with_;
}

}  // namespace seekd::daemon
