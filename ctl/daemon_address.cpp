#include "ctl/daemon_address.h"

#include <utility>

#include "policy/quoted.h"

namespace seekd::ctl {
namespace {

bool is_this_host(std::string_view host) {
  return host == "localhost" || host == "[::1]" || host.starts_with("127.");
}

std::unexpected<Error> refused(std::string_view url, const std::string& why) {
  return fail(ErrorCode::invalid_argument, "the server " + policy::quoted(url) + ' ' + why);
}

}  // namespace

std::string DaemonAddress::text() const {
  return url ? url->origin() : "the socket '" + socket.native() + "'";
}

Result<DaemonAddress> address_of_server(std::string_view url, TlsFiles tls) {
  Result<policy::Url> read = policy::parse_url(url);
  if (!read) return refused(url, "is no URL: " + read.error().message);
  if (read->target != "/") return refused(url, "has a path: name its scheme, host and port alone");
  if (read->scheme != "https") {
    if (!is_this_host(read->host)) {
      return refused(url, "would be asked in clear, key and questions: write https://");
    }
    if (!tls.authorities.empty() || !tls.certificate.empty() || !tls.key.empty()) {
      return refused(url, "has no TLS: --ca-file, --cert and --cert-key are of https://");
    }
  }
  if (tls.certificate.empty() != tls.key.empty()) {
    return fail(ErrorCode::invalid_argument,
                "a client's certificate needs its key: give --cert and --cert-key together");
  }
  return DaemonAddress{{}, *std::move(read), std::move(tls)};
}

}  // namespace seekd::ctl
