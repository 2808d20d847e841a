#include "daemon/access/exposure.h"

namespace seekd::daemon {

Status judge_exposure(std::span<const std::string> exposed, const config::Config& config) {
  if (exposed.empty()) return {};
  const std::string place = exposed.front() + " can be reached from other hosts";
  if (!config.knows_callers()) {
    return fail(ErrorCode::invalid_argument,
                place +
                    ", and everybody could ask: say who may (access.keys_file, "
                    "jwt.algorithms or tls.client_ca), or listen on 127.0.0.1");
  }
  const bool readable =
      config.tls.certificate.empty() && config.access.plain_http == config::PlainHttp::loopback;
  if (!readable) return {};
  return fail(ErrorCode::invalid_argument,
              place +
                  ", and keys would pass in clear: set tls.certificate and tls.key, or "
                  "access.plain_http = \"behind-proxy\" where a proxy has TLS");
}

}  // namespace seekd::daemon
