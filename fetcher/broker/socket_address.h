// Between the kernel's socket addresses and the policy's.
//
// Pure; any thread.
#pragma once

#include <optional>

#include <boost/asio/ip/tcp.hpp>
#include <sys/socket.h>

#include "policy/address.h"

namespace seekd::fetcher {

// nullopt: neither IPv4 nor IPv6.
std::optional<policy::IpAddress> address_of(const sockaddr* address);
policy::IpAddress address_of(const boost::asio::ip::address& address);
boost::asio::ip::tcp::endpoint endpoint_of(const policy::IpAddress& address, std::uint16_t port);

}  // namespace seekd::fetcher
