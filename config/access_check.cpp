#include "config/access_check.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "policy/quoted.h"

namespace seekd::config {
namespace {

// A role that nobody wrote would silently be no right at all.
Status check_roles(const std::vector<std::string>& names, const AccessConfig& access,
                   const std::string& where) {
  for (const std::string& name : names) {
    if (policy::rights_of(name, access.roles)) continue;
    return fail(ErrorCode::invalid_argument,
                where + ": there is no role " + policy::quoted(name) +
                    "; write reader, operator, auditor, admin, or the name of a table "
                    "[[access.role]]");
  }
  return {};
}

Status check_callers(const AccessConfig& access, const Places& places) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < access.callers.size(); ++i) {
    const CallerConfig& caller = access.callers[i];
    const std::string where =
        line_of(places, "access.caller", i) + ": access.caller " + policy::quoted(caller.name);
    if (!names.insert(caller.name).second) {
      return fail(ErrorCode::invalid_argument, where + " stands twice; join the tables");
    }
    if (Status roles = check_roles(caller.roles, access, where); !roles) return roles;
    const bool known_by_table = caller.account || !caller.certificate.empty();
    if (known_by_table && caller.roles.empty()) {
      return fail(ErrorCode::invalid_argument,
                  where + R"( may do nothing: write roles, such as ["reader"])");
    }
  }
  return {};
}

Status check_tls(const TlsConfig& tls, const Places& places) {
  if (tls.certificate.empty() != tls.key.empty()) {
    const bool certificate = tls.key.empty();
    return fail(ErrorCode::invalid_argument,
                line_of(places, certificate ? "tls.certificate" : "tls.key") +
                    ": tls.certificate and tls.key go together; write the other one, too");
  }
  if (!tls.client_ca.empty() && tls.certificate.empty()) {
    return fail(ErrorCode::invalid_argument,
                line_of(places, "tls.client_ca") +
                    ": tls.client_ca needs TLS; write tls.certificate and tls.key");
  }
  if (tls.client_certificates == ClientCertificates::required && tls.client_ca.empty()) {
    return fail(ErrorCode::invalid_argument,
                line_of(places, "tls.client_certificates") +
                    ": nobody's certificate could be believed; write tls.client_ca");
  }
  return {};
}

Status check_jwt(const JwtConfig& jwt, const Places& places) {
  if (jwt.algorithms.empty()) return {};
  const std::string where = line_of(places, "jwt.algorithms") + ": jwt.algorithms ";
  const bool secret =
      std::ranges::find(jwt.algorithms, JwtAlgorithm::hs256) != jwt.algorithms.end();
  if (secret && jwt.secret_file.empty()) {
    return fail(ErrorCode::invalid_argument, where + "has HS256; write jwt.secret_file");
  }
  const bool keys = std::ranges::any_of(
      jwt.algorithms, [](JwtAlgorithm algorithm) { return algorithm != JwtAlgorithm::hs256; });
  if (keys && jwt.keys_file.empty()) {
    return fail(ErrorCode::invalid_argument, where + "has RS256 or ES256; write jwt.keys_file");
  }
  if (jwt.audience.empty()) {
    return fail(ErrorCode::invalid_argument,
                where +
                    "are believed for any audience, and so are tokens that were made for "
                    "others; write jwt.audience");
  }
  return {};
}

}  // namespace

Status check_access(const Config& config, const Places& places) {
  const AccessConfig& access = config.access;
  Status done = check_roles(access.socket_roles, access,
                            line_of(places, "access.socket_roles") + ": access.socket_roles");
  if (!done) return done;
  done = check_roles(access.loopback_roles, access,
                     line_of(places, "access.loopback_roles") + ": access.loopback_roles");
  if (!done) return done;
  if (done = check_callers(access, places); !done) return done;
  if (done = check_tls(config.tls, places); !done) return done;
  return check_jwt(config.jwt, places);
}

}  // namespace seekd::config
