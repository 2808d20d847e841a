#include "policy/address.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <initializer_list>

#include <arpa/inet.h>

#include "policy/quoted.h"

namespace seekd::policy {
namespace {

using Family = IpAddress::Family;

constexpr std::uint8_t family_bits(Family family) {
  return family == Family::v4 ? 32 : 128;
}

constexpr AddressRange v4(std::uint8_t a, std::uint8_t b, std::uint8_t c, std::uint8_t d,
                          std::uint8_t prefix_bits) {
  return {.base = {Family::v4, {a, b, c, d}}, .prefix_bits = prefix_bits};
}

// The leading 16-bit groups; the others are zero.
constexpr AddressRange v6(std::initializer_list<std::uint16_t> groups, std::uint8_t prefix_bits) {
  AddressRange range{.base = {Family::v6, {}}, .prefix_bits = prefix_bits};
  std::size_t i = 0;
  for (const std::uint16_t group : groups) {
    range.base.bytes[i++] = static_cast<std::uint8_t>(group >> 8);
    range.base.bytes[i++] = static_cast<std::uint8_t>(group & 0xFF);
  }
  return range;
}

struct DeniedRange {
  AddressRange range;
  std::string_view reason;
};

// The first match gives the reason: single addresses stand before the ranges around them.
constexpr DeniedRange denied_v4[] = {
    {v4(169, 254, 169, 254, 32), "metadata"},  // AWS, Azure, GCP, OpenStack, …
    {v4(169, 254, 170, 2, 32), "metadata"},    // AWS ECS task credentials
    {v4(169, 254, 170, 23, 32), "metadata"},   // AWS EKS pod identity
    {v4(100, 100, 100, 200, 32), "metadata"},  // Alibaba Cloud
    {v4(192, 0, 0, 192, 32), "metadata"},      // Oracle Cloud
    {v4(168, 63, 129, 16, 32), "metadata"},    // Azure's wire server, in public address space
    {v4(255, 255, 255, 255, 32), "broadcast"},
    {v4(0, 0, 0, 0, 8), "unspecified"},
    {v4(10, 0, 0, 0, 8), "private"},
    {v4(100, 64, 0, 0, 10), "shared"},
    {v4(127, 0, 0, 0, 8), "loopback"},
    {v4(169, 254, 0, 0, 16), "link_local"},
    {v4(172, 16, 0, 0, 12), "private"},
    {v4(192, 0, 0, 0, 24), "reserved"},
    {v4(192, 0, 2, 0, 24), "documentation"},
    {v4(192, 88, 99, 0, 24), "six_to_four"},
    {v4(192, 168, 0, 0, 16), "private"},
    {v4(198, 18, 0, 0, 15), "benchmark"},
    {v4(198, 51, 100, 0, 24), "documentation"},
    {v4(203, 0, 113, 0, 24), "documentation"},
    {v4(224, 0, 0, 0, 4), "multicast"},
    {v4(240, 0, 0, 0, 4), "reserved"},
};

constexpr DeniedRange denied_v6[] = {
    {v6({0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254}, 128), "metadata"},    // AWS
    {v6({0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x23}, 128), "metadata"},     // AWS EKS pod identity
    {v6({0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254}, 128), "metadata"},     // GCP
    {v6({0xFE80, 0, 0, 0, 0, 0, 0xA9FE, 0xA9FE}, 128), "metadata"},  // OpenStack
    {v6({}, 128), "unspecified"},
    {v6({0, 0, 0, 0, 0, 0, 0, 1}, 128), "loopback"},
    {v6({}, 96), "v4_compatible"},
    {v6({0x64, 0xFF9B}, 96), "nat64"},
    {v6({0x64, 0xFF9B, 1}, 48), "nat64"},
    {v6({0xFC00}, 7), "unique_local"},
    {v6({0xFE80}, 10), "link_local"},
    {v6({0xFEC0}, 10), "site_local"},
    {v6({0xFF00}, 8), "multicast"},
    {v6({0x2001}, 32), "teredo"},
    {v6({0x2001, 2}, 48), "benchmark"},
    {v6({0x2001}, 23), "reserved"},
    {v6({0x2001, 0xDB8}, 32), "documentation"},
    {v6({0x2002}, 16), "six_to_four"},
    {v6({0x3FFF}, 20), "documentation"},
};

constexpr AddressRange global_unicast_v6 = v6({0x2000}, 3);
constexpr AddressRange mapped_v4 = v6({0, 0, 0, 0, 0, 0xFFFF}, 96);
constexpr AddressRange nat64_well_known = v6({0x64, 0xFF9B}, 96);

bool prefix_matches(const IpAddress& a, const IpAddress& b, std::uint8_t bits) {
  if (a.family != b.family || bits > family_bits(a.family)) return false;
  const std::size_t whole = bits / 8;
  if (!std::equal(a.bytes.begin(), a.bytes.begin() + whole, b.bytes.begin())) return false;
  const unsigned rest = bits % 8;
  return rest == 0 || ((a.bytes[whole] ^ b.bytes[whole]) >> (8 - rest)) == 0;
}

IpAddress last_four_bytes(const IpAddress& address) {
  IpAddress out;
  std::copy(address.bytes.begin() + 12, address.bytes.end(), out.bytes.begin());
  return out;
}

bool is_mapped(const IpAddress& address) {
  return prefix_matches(address, mapped_v4.base, mapped_v4.prefix_bits);
}

IpAddress unmapped(const IpAddress& address) {
  return is_mapped(address) ? last_four_bytes(address) : address;
}

AddressRange unmapped(const AddressRange& range) {
  if (!is_mapped(range.base) || range.prefix_bits < 96) return range;
  return {.base = last_four_bytes(range.base),
          .prefix_bits = static_cast<std::uint8_t>(range.prefix_bits - 96)};
}

IpAddress first_address(IpAddress address, std::uint8_t prefix_bits) {
  for (std::size_t bit = prefix_bits; bit < family_bits(address.family); ++bit) {
    address.bytes[bit / 8] &= static_cast<std::uint8_t>(~(0x80U >> (bit % 8)));
  }
  return address;
}

// RFC 5214 §6.1: 0000:5efe or 0200:5efe opens the interface identifier; the last two bits of its
// first byte are flags.
bool is_isatap(const IpAddress& address) {
  const auto& b = address.bytes;
  return (b[8] & 0xFC) == 0 && b[9] == 0 && b[10] == 0x5E && b[11] == 0xFE;
}

std::optional<std::string> listed(const IpAddress& address, std::span<const DeniedRange> list) {
  for (const DeniedRange& denied : list) {
    if (denied.range.contains(address)) return std::string(denied.reason);
  }
  return std::nullopt;
}

// The built-in list. REQUIRES: no v4-mapped address.
std::optional<std::string> denied_everywhere(const IpAddress& address) {
  if (address.family == Family::v4) return listed(address, denied_v4);
  if (auto reason = listed(address, denied_v6)) return reason;
  if (!global_unicast_v6.contains(address)) return "reserved";
  if (is_isatap(address)) return "isatap";
  return std::nullopt;
}

std::optional<std::string> denied_here(const IpAddress& address, const AddressPolicy& policy) {
  const bool denied = std::ranges::any_of(
      policy.denied, [&](const AddressRange& range) { return range.contains(address); });
  return denied ? std::optional<std::string>("policy_denied") : std::nullopt;
}

bool excepted(const IpAddress& address, std::uint16_t port, const AddressPolicy& policy) {
  return std::ranges::any_of(policy.exceptions, [&](const AddressException& exception) {
    return exception.port == port && exception.range.contains(address);
  });
}

bool is_own(const IpAddress& address, std::span<const IpAddress> own) {
  return std::ranges::any_of(own, [&](const IpAddress& a) { return unmapped(a) == address; });
}

// Any other prefix than a /96 puts the IPv4 address elsewhere (RFC 6052 §2.2): not opened.
bool behind_our_nat64(const IpAddress& address, const AddressPolicy& policy) {
  return address.family == Family::v6 && policy.nat64_prefix &&
         policy.nat64_prefix->prefix_bits == 96 && policy.nat64_prefix->base.family == Family::v6 &&
         policy.nat64_prefix->contains(address);
}

// What stands behind a translator is judged by the IPv4 address inside, then by whose translator it
// is.
std::optional<std::string> denied_by_list(const IpAddress& address, const AddressPolicy& policy,
                                          std::span<const IpAddress> own) {
  if (is_own(address, own)) return "own_address";
  const bool ours = behind_our_nat64(address, policy);
  if (!ours && !nat64_well_known.contains(address)) return denied_everywhere(address);
  const IpAddress inside = last_four_bytes(address);
  if (auto reason = denied_here(inside, policy)) return reason;
  if (is_own(inside, own)) return "own_address";
  if (auto reason = denied_everywhere(inside)) return reason;
  return ours ? std::nullopt : std::optional<std::string>("nat64");
}

}  // namespace

bool AddressRange::contains(const IpAddress& address) const {
  const AddressRange range = unmapped(*this);
  return prefix_matches(unmapped(address), range.base, range.prefix_bits);
}

Result<IpAddress> parse_address(std::string_view text) {
  const bool is_v6 = text.find(':') != std::string_view::npos;
  IpAddress address{.family = is_v6 ? Family::v6 : Family::v4, .bytes = {}};
  // inet_pton stops at a NUL byte, behind which anything could stand.
  if (text.find('\0') == std::string_view::npos &&
      inet_pton(is_v6 ? AF_INET6 : AF_INET, std::string(text).c_str(), address.bytes.data()) == 1) {
    return address;
  }
  return fail(ErrorCode::invalid_argument,
              quoted(text) + " is not an IP address; write it as 192.0.2.1 or 2001:db8::1");
}

Result<AddressRange> parse_address_range(std::string_view text) {
  const std::size_t slash = text.find('/');
  const Result<IpAddress> base = parse_address(text.substr(0, slash));
  if (!base) return std::unexpected(base.error());
  const std::uint8_t bits_max = family_bits(base->family);
  if (slash == std::string_view::npos) return AddressRange{*base, bits_max};

  const std::string_view digits = text.substr(slash + 1);
  std::uint8_t bits = 0;
  const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || stop != digits.data() + digits.size() || bits > bits_max ||
      (digits.size() > 1 && digits.front() == '0')) {
    return fail(ErrorCode::invalid_argument,
                quoted(text) + " is not an address range; the prefix is a plain number from 0 to " +
                    std::to_string(bits_max));
  }
  const AddressRange range{first_address(*base, bits), bits};
  if (range.base != *base) {
    return fail(
        ErrorCode::invalid_argument,
        quoted(text) + " has bits beyond its prefix; did you mean " + to_string(range) + "?");
  }
  return range;
}

std::string to_string(const IpAddress& address) {
  char text[INET6_ADDRSTRLEN] = "";
  inet_ntop(address.family == Family::v4 ? AF_INET : AF_INET6, address.bytes.data(), text,
            sizeof text);
  return text;
}

std::string to_string(const AddressRange& range) {
  return to_string(range.base) + '/' + std::to_string(range.prefix_bits);
}

std::optional<std::string> denied_because(const IpAddress& address, std::uint16_t port,
                                          const AddressPolicy& policy,
                                          std::span<const IpAddress> own) {
  const IpAddress judged = unmapped(address);
  if (auto reason = denied_here(judged, policy)) return reason;
  if (excepted(judged, port, policy)) return std::nullopt;
  return denied_by_list(judged, policy, own);
}

}  // namespace seekd::policy
