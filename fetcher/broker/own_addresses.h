// The host's own addresses, which no name may lead to.
//
// Asks the kernel each time, since an interface may come and go, by descriptors that are opened
// before the sandbox: IPv4 by SIOCGIFCONF (netdevice(7)), IPv6 from /proc/self/net/if_inet6
// (proc(5)). No netlink socket is needed, which would tell the whole of the host's routing. One
// thread. Errors: io; who cannot know the host's addresses must not connect.
#pragma once

#include <vector>

#include "fetcher/sandbox/descriptor.h"
#include "policy/address.h"
#include "policy/result.h"

namespace seekd::fetcher {

class OwnAddresses {
 public:
  static Result<OwnAddresses> open();

  Result<std::vector<policy::IpAddress>> list() const;

 private:
  OwnAddresses(Descriptor v4, Descriptor v6) : v4_(std::move(v4)), v6_(std::move(v6)) {}

  Descriptor v4_;  // any IPv4 socket; never connected
  Descriptor v6_;  // none where the kernel has no IPv6
};

}  // namespace seekd::fetcher
