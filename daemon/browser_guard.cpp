#include "daemon/browser_guard.h"

#include "policy/address.h"

namespace seekd::daemon {
namespace {

// "name:port", "[v6]:port" or either without a port.
std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(1, host.find(']') - 1);
  return host.substr(0, host.find(':'));
}

// A name that no foreign DNS server can point here: localhost, or an address as such.
bool names_this_host(std::string_view host) {
  const std::string_view name = without_port(host);
  return name == "localhost" || policy::parse_address(name).has_value();
}

}  // namespace

std::optional<std::string> refused_origin(std::string_view host, std::string_view origin,
                                          HostName name) {
  if (name == HostName::judged && !names_this_host(host)) {
    return "the Host header is '" + std::string(host) +
           "': ask for localhost or the address by number";
  }
  const bool own =
      origin == "http://" + std::string(host) || origin == "https://" + std::string(host);
  if (origin.empty() || own) return std::nullopt;
  return "a page of '" + std::string(origin) + "' asks: pages of other sites are not served";
}

}  // namespace seekd::daemon
