#include "daemon/api/domains.h"

#include <algorithm>

#include "policy/url.h"

namespace seekd::daemon {
namespace {

constexpr std::size_t domains_max = 20;

// What has a place of its own in a URL, or is dropped where one is read.
bool may_stand_in_host(char c) {
  return static_cast<unsigned char>(c) > ' ' && !std::string_view("/\\?#@:%").contains(c);
}

}  // namespace

Domains read_domains(Fields& fields, std::string_view name) {
  Domains domains;
  for (const std::string& written : fields.texts(name, domains_max)) {
    const bool denies = written.starts_with('-');
    const std::string_view host = std::string_view(written).substr(denies ? 1 : 0);
    const auto url = policy::parse_url("https://" + std::string(host) + "/");
    if (!url || host.starts_with('.') || !std::ranges::all_of(host, may_stand_in_host)) {
      fields.reject(name, "invalid_value",
                    "must hold host names such as \"debian.org\" or \"-example.com\"");
      return {};
    }
    (denies ? domains.denied : domains.allowed).push_back("." + url->host);
  }
  return domains;
}

}  // namespace seekd::daemon
