#include "fetcher/broker/own_addresses.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <net/if.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fetcher/broker/socket_address.h"

namespace seekd::fetcher {
namespace {

using policy::IpAddress;

constexpr char v6_list[] = "/proc/self/net/if_inet6";
constexpr std::size_t v4_addresses_max = 4096;
constexpr std::size_t v6_list_bytes_max = 1 << 20;

std::unexpected<Error> refuse(const std::string& what) {
  return fail(ErrorCode::io, "the host's own addresses: " + what + ": " + std::strerror(errno));
}

Status append_v4(int socket, std::vector<IpAddress>& addresses) {
  std::vector<ifreq> entries(v4_addresses_max);
  ifconf list{};
  list.ifc_len = static_cast<int>(entries.size() * sizeof(ifreq));
  list.ifc_req = entries.data();
  if (ioctl(socket, SIOCGIFCONF, &list) != 0) return refuse("SIOCGIFCONF");
  const std::size_t count = static_cast<std::size_t>(list.ifc_len) / sizeof(ifreq);
  // The kernel fills what there is room for, and does not say that there was more.
  if (count == entries.size()) {
    errno = E2BIG;
    return refuse("SIOCGIFCONF");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (const auto address = address_of(&entries[i].ifr_addr)) addresses.push_back(*address);
  }
  return {};
}

// From its beginning, so that the kernel writes the list anew.
Result<std::string> read_list(int file) {
  std::string text;
  std::array<char, 4096> chunk;
  for (;;) {
    const ssize_t got = pread(file, chunk.data(), chunk.size(), static_cast<off_t>(text.size()));
    if (got < 0) return refuse(v6_list);
    if (got == 0) return text;
    text.append(chunk.data(), static_cast<std::size_t>(got));
    if (text.size() > v6_list_bytes_max) {
      errno = E2BIG;
      return refuse(v6_list);
    }
  }
}

// A line begins with the address in 32 hexadecimal digits.
std::optional<IpAddress> parse_line(std::string_view line) {
  constexpr std::size_t digits = 32;
  if (line.size() <= digits || line[digits] != ' ') return std::nullopt;
  IpAddress address;
  address.family = IpAddress::Family::v6;
  for (std::size_t byte = 0; byte < address.bytes.size(); ++byte) {
    const char* const first = line.data() + 2 * byte;
    const auto [end, error] = std::from_chars(first, first + 2, address.bytes[byte], 16);
    if (error != std::errc() || end != first + 2) return std::nullopt;
  }
  return address;
}

Status append_v6(int file, std::vector<IpAddress>& addresses) {
  const auto text = read_list(file);
  if (!text) return std::unexpected(text.error());
  for (std::string_view rest = *text; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    const auto address = parse_line(rest.substr(0, end));
    if (!address) {
      errno = EBADMSG;
      return refuse(v6_list);
    }
    addresses.push_back(*address);
    if (end == std::string_view::npos) break;
    rest.remove_prefix(end + 1);
  }
  return {};
}

}  // namespace

Result<OwnAddresses> OwnAddresses::open() {
  Descriptor v4(socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  if (!v4) return refuse("an IPv4 socket");
  Descriptor v6(::open(v6_list, O_RDONLY | O_CLOEXEC));
  if (!v6 && errno != ENOENT) return refuse(v6_list);
  OwnAddresses own(std::move(v4), std::move(v6));
  if (const auto tried = own.list(); !tried) return std::unexpected(tried.error());
  return own;
}

Result<std::vector<IpAddress>> OwnAddresses::list() const {
  std::vector<IpAddress> addresses;
  if (auto added = append_v4(v4_.get(), addresses); !added) return std::unexpected(added.error());
  if (!v6_) return addresses;
  if (auto added = append_v6(v6_.get(), addresses); !added) return std::unexpected(added.error());
  return addresses;
}

}  // namespace seekd::fetcher
