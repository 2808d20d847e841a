#include "fetcher/broker/socket_address.h"

#include <algorithm>
#include <cstring>

#include <netinet/in.h>

namespace seekd::fetcher {

using policy::IpAddress;
namespace ip = boost::asio::ip;

std::optional<IpAddress> address_of(const sockaddr* address) {
  IpAddress result;
  if (address->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(address);
    std::memcpy(result.bytes.data(), &v4->sin_addr, sizeof v4->sin_addr);
    return result;
  }
  if (address->sa_family == AF_INET6) {
    const auto* v6 = reinterpret_cast<const sockaddr_in6*>(address);
    result.family = IpAddress::Family::v6;
    std::memcpy(result.bytes.data(), &v6->sin6_addr, sizeof v6->sin6_addr);
    return result;
  }
  return std::nullopt;
}

IpAddress address_of(const ip::address& address) {
  IpAddress result;
  if (address.is_v4()) {
    std::ranges::copy(address.to_v4().to_bytes(), result.bytes.begin());
  } else {
    result.family = IpAddress::Family::v6;
    std::ranges::copy(address.to_v6().to_bytes(), result.bytes.begin());
  }
  return result;
}

ip::tcp::endpoint endpoint_of(const IpAddress& address, std::uint16_t port) {
  if (address.family == IpAddress::Family::v6) {
    return {ip::address_v6(address.bytes), port};
  }
  ip::address_v4::bytes_type bytes;
  std::copy_n(address.bytes.begin(), bytes.size(), bytes.begin());
  return {ip::address_v4(bytes), port};
}

}  // namespace seekd::fetcher
