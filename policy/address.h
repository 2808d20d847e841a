// IP addresses, and the written list of those that the door never connects to.
//
// Pure functions over plain values; any thread. Sources: IANA's special-purpose address registries
// (RFC 6890), RFC 4291, RFC 6052 (NAT64), RFC 5214 §6.1 (ISATAP).

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

  // A v4-mapped address (::ffff:0:0/96, RFC 4291 §2.5.5.2) is the IPv4 address inside, here and in
  // `base`; apart from that no range holds addresses of the other family.
  bool contains(const IpAddress& address) const;
  bool operator==(const AddressRange&) const = default;
};

// Canonical spellings only (inet_pton's): "0x7f.1" or "127.1" is an error, not an address. No zone
// ids. A range whose base has bits beyond its prefix is an error that names the range meant.
// Errors: invalid_argument.
Result<IpAddress> parse_address(std::string_view text);
Result<AddressRange> parse_address_range(std::string_view text);

// RFC 5952 for IPv6. A range of one is written with its prefix too.
std::string to_string(const IpAddress& address);
std::string to_string(const AddressRange& range);

// A private or otherwise denied destination that the policy opens by name, for one port.
struct AddressException {
  AddressRange range;
  std::uint16_t port = 0;  // exactly this one
  std::string reason;      // why somebody opened it; shown by `seekctl config check`

  bool operator==(const AddressException&) const = default;
};

// What the deny list is completed with.
struct AddressPolicy {
  std::vector<AddressException> exceptions;  // win over the deny list and the host's own addresses
  std::vector<AddressRange> denied;          // site's own additions; win over exceptions
  std::optional<AddressRange> nat64_prefix;  // a /96; the IPv4 address inside is judged

  bool operator==(const AddressPolicy&) const = default;
};

// Why an address is denied, or nullopt when it may be connected to on that port. `own` are the
// host's own addresses, which are denied too. Stable words: policy_denied, own_address, metadata,
// unspecified, loopback, private, shared, link_local, reserved, documentation, six_to_four,
// benchmark, multicast, broadcast; of IPv6 also v4_compatible, nat64, unique_local, site_local,
// teredo, isatap.
//
// A v4-mapped address is judged as the IPv4 address inside. So is a NAT64 address, which
// exceptions for IPv4 do not open: they name the place in this network, not one behind a
// translator.
std::optional<std::string> denied_because(const IpAddress& address, std::uint16_t port,
                                          const AddressPolicy& policy,
                                          std::span<const IpAddress> own);

}  // namespace seekd::policy
