#include "fetcher/broker/own_addresses.h"

#include <ifaddrs.h>

#include "fetcher/broker/socket_address.h"

namespace seekd::fetcher {

std::vector<policy::IpAddress> own_addresses() {
  std::vector<policy::IpAddress> addresses;
  ifaddrs* interfaces = nullptr;
  if (getifaddrs(&interfaces) != 0) return addresses;
  for (const ifaddrs* entry = interfaces; entry != nullptr; entry = entry->ifa_next) {
    if (entry->ifa_addr == nullptr) continue;
    if (const auto address = address_of(entry->ifa_addr)) addresses.push_back(*address);
  }
  freeifaddrs(interfaces);
  return addresses;
}

}  // namespace seekd::fetcher
