// IP addresses, and the written list of those that the door never connects to.
//
// Pure functions over plain values; any thread. Sources: IANA's special-purpose address registries (RFC 6890),
// RFC 4291, RFC 6052 (NAT64), RFC 5214 §6.1 (ISATAP).

#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "policy/result.h"

namespace seekd::policy {

struct IpAddress {
  enum class Family : std::uint8_t { v4, v6 };
  Family family = Family::v4;
  std::array<std::uint8_t, 16> bytes{};  // network order; a v4 address uses the first 4

  bool operator==(const IpAddress&) const = default;
};

// A range of addresses: "10.0.0.0/8", "2001:db8::/32"; a bare address is a range of one.
struct AddressRange {
  IpAddress base;
  std::uint8_t prefix_bits = 0;  // 0 to 32 or 128

  bool contains(const IpAddress& address) const;
  bool operator==(const AddressRange&) const = default;
};

// Canonical spellings only (inet_pton's): "0x7f.1" or "127.1" is an error, not an address. No zone ids.
Result<IpAddress> parse_address(std::string_view text);
Result<AddressRange> parse_address_range(std::string_view text);
std::string to_string(const IpAddress& address);
std::string to_string(const AddressRange& range);

// A private or otherwise denied destination that the policy opens by name, for one port.
struct AddressException {
  AddressRange range;
  std::uint16_t port = 0;  // exactly this one
  std::string reason;      // why somebody opened it; shown by `seekctl config check`
};

// What the deny list is completed with.
struct AddressPolicy {
  std::vector<AddressException> exceptions;
  std::vector<AddressRange> denied;            // site's own additions
  std::optional<AddressRange> nat64_prefix;    // a /96; the IPv4 address inside is judged
};

// Why an address is denied ("loopback", "private", "link_local", "metadata", …), or nullopt when it may be connected to
// on that port. `own` are the host's own addresses, which are denied too.
std::optional<std::string> denied_because(const IpAddress& address, std::uint16_t port,
                                          const AddressPolicy& policy,
                                          std::span<const IpAddress> own);

}  // namespace seekd::policy
