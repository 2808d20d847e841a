#include "policy/host.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <memory>
#include <optional>

#include <idn2.h>

#include "policy/address.h"
#include "policy/ascii.h"
#include "policy/quoted.h"

namespace seekd::policy {
namespace {

constexpr std::size_t name_bytes_max = 253;  // RFC 1035 §2.3.4, without the root's dot
constexpr std::size_t label_bytes_max = 63;

bool is_letter_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c);
}

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (char& c : out) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return out;
}

std::unexpected<Error> refused(std::string_view host, std::string_view why) {
  return fail(ErrorCode::invalid_argument,
              "the host " + quoted(host) + " is not a host name: " + std::string(why));
}

bool needs_idna(std::string_view lower) {
  return std::ranges::any_of(lower, [](char c) { return static_cast<unsigned char>(c) >= 0x80; }) ||
         lower.find("xn--") != std::string_view::npos;
}

// Without IDN2_USE_STD3_ASCII_RULES: libidn2 2.3 drops what STD3 disallows ("a_b" becomes "ab"),
// which would name another host. are_host_labels applies the rules to the result instead.
Result<std::string> to_a_labels(const std::string& lower, std::string_view host) {
  std::uint8_t* out = nullptr;
  const int rc = idn2_lookup_u8(reinterpret_cast<const std::uint8_t*>(lower.c_str()), &out,
                                IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL);
  const std::unique_ptr<std::uint8_t, decltype(&idn2_free)> owner(out, &idn2_free);
  if (rc != IDN2_OK) return refused(host, idn2_strerror(rc));
  return lower_case(reinterpret_cast<const char*>(out));
}

// STD3 (RFC 1123 §2.1): letters, digits and inner hyphens; and underscores, which no host name may
// hold and some that serve pages do.
bool is_host_label(std::string_view label) {
  if (label.empty() || label.size() > label_bytes_max) return false;
  if (label.front() == '-' || label.back() == '-') return false;
  return std::ranges::all_of(label,
                             [](char c) { return is_letter_or_digit(c) || c == '-' || c == '_'; });
}

bool are_host_labels(std::string_view name) {
  for (std::size_t dot = name.find('.'); dot != std::string_view::npos; dot = name.find('.')) {
    if (!is_host_label(name.substr(0, dot))) return false;
    name.remove_prefix(dot + 1);
  }
  return is_host_label(name);
}

std::string_view last_label(std::string_view name) {
  return name.substr(name.rfind('.') + 1);
}

// WHATWG URL, "ends in a number checker".
bool is_number(std::string_view label) {
  if (label.starts_with("0x")) {
    return label.find_first_not_of("0123456789abcdef", 2) == std::string_view::npos;
  }
  return std::ranges::all_of(label, is_digit);
}

// inet_aton's numbers: 0x is hexadecimal, a leading 0 octal, the rest decimal.
std::optional<std::uint64_t> read_number(std::string_view label) {
  if (label.empty() || !is_number(label)) return std::nullopt;
  int base = 10;
  if (label.starts_with("0x")) {
    base = 16;
    label.remove_prefix(2);
    if (label.empty()) return 0;
  } else if (label.size() > 1 && label.front() == '0') {
    base = 8;
  }
  std::uint64_t value = 0;
  const auto [stop, error] =
      std::from_chars(label.data(), label.data() + label.size(), value, base);
  if (error != std::errc{} || stop != label.data() + label.size()) return std::nullopt;
  return value;
}

// WHATWG URL, "IPv4 parser": up to four numbers, the last of which fills the bytes that are left.
std::optional<IpAddress> read_ipv4(std::string_view name) {
  std::uint64_t address = 0;
  for (int part = 0; part < 4; ++part) {
    const std::size_t dot = name.find('.');
    const std::optional<std::uint64_t> number = read_number(name.substr(0, dot));
    if (!number) return std::nullopt;
    const int bytes_left = 4 - part;
    if (dot == std::string_view::npos) {
      if (*number >> (8 * bytes_left) != 0) return std::nullopt;
      address |= *number;
      IpAddress out;
      for (int i = 0; i < 4; ++i) out.bytes[i] = static_cast<std::uint8_t>(address >> (24 - 8 * i));
      return out;
    }
    if (*number > 0xFF) return std::nullopt;
    address |= *number << (8 * (bytes_left - 1));
    name.remove_prefix(dot + 1);
  }
  return std::nullopt;
}

Result<std::string> canonical_ipv6(std::string_view host) {
  if (!host.ends_with(']')) return refused(host, "a bracket is not closed");
  const Result<IpAddress> address = parse_address(host.substr(1, host.size() - 2));
  if (!address || address->family != IpAddress::Family::v6) {
    return refused(host, "the brackets hold no IPv6 address");
  }
  return "[" + to_string(*address) + "]";
}

}  // namespace

Result<std::string> canonical_host(std::string_view host) {
  if (host.starts_with('[')) return canonical_ipv6(host);
  if (host.find('\0') != std::string_view::npos) return refused(host, "it holds a NUL byte");
  Result<std::string> name = lower_case(host);
  if (needs_idna(*name)) name = to_a_labels(*name, host);
  if (!name) return name;
  if (name->ends_with('.')) name->pop_back();
  if (name->size() > name_bytes_max) return refused(host, "it is longer than 253 bytes");
  if (!are_host_labels(*name)) {
    return refused(host, "a label must be 1 to 63 letters, digits, underscores and inner hyphens");
  }
  if (!is_number(last_label(*name))) return name;
  const std::optional<IpAddress> address = read_ipv4(*name);
  return address ? to_string(*address) : *name;
}

HostKind host_kind(std::string_view host) {
  if (host.starts_with('[')) return HostKind::ipv6;
  if (!is_number(last_label(host))) return HostKind::name;
  return read_ipv4(host) ? HostKind::ipv4 : HostKind::numeric;
}

}  // namespace seekd::policy
