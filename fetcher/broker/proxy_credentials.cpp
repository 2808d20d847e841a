#include "fetcher/broker/proxy_credentials.h"

#include <algorithm>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config/scalar_readers.h"
#include "fetcher/sandbox/descriptor.h"
#include "fetcher/worker/message.h"
#include "policy/site.h"

namespace seekd::fetcher {
namespace {

Result<policy::Endpoint> parse_proxy(std::string_view text) {
  const config::HostPort parts = config::split_port(text);
  const Result<policy::IpAddress> address = policy::parse_address(parts.host);
  if (!address) return std::unexpected(address.error());
  const Result<std::uint16_t> port = config::parse_port(parts.port);
  if (!port) return std::unexpected(port.error());
  return policy::Endpoint{*address, *port};
}

// RFC 7617 §2: no control character; the first colon ends the user's name.
bool is_credential(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; };
  const std::size_t colon = text.find(':');
  return colon != text.npos && colon > 0 && text.size() <= proxy_credential_bytes_max &&
         std::ranges::none_of(text, is_control);
}

Status check_permissions(const struct stat& status, const std::string& name) {
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorCode::invalid_argument, name + ": is not a regular file");
  }
  const bool foreign = status.st_uid != 0 && status.st_uid != geteuid();
  // systemd grants its credentials by an access control list, which shows as root's group may read.
  const bool own_group = status.st_gid == 0 || status.st_gid == getegid();
  const bool open = (status.st_mode & (S_IRWXO | S_IWGRP)) != 0 ||
                    ((status.st_mode & S_IRGRP) != 0 && !own_group);
  if (!foreign && !open) return {};
  return fail(ErrorCode::invalid_argument,
              name +
                  ": others than its owner and seekd-fetcher's own group may read or write it; "
                  "chown it to root and chmod it to 0640 or less");
}

Result<std::string> read_file(const std::filesystem::path& file) {
  const std::string name = "fetcher.proxy_credentials '" + file.native() + "'";
  const Descriptor opened(open(file.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!opened) {
    const std::string why = std::generic_category().message(errno);
    return fail(ErrorCode::not_found, name + " cannot be opened: " + why);
  }
  struct stat status{};
  if (fstat(opened.get(), &status) != 0) return fail(ErrorCode::io, name + ": cannot be looked at");
  if (auto safe = check_permissions(status, name); !safe) return std::unexpected(safe.error());
  std::string text(proxy_credentials_bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = read(opened.get(), text.data() + size, text.size() - size);
    if (got < 0) return fail(ErrorCode::io, name + ": cannot be read");
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size == text.size()) return fail(ErrorCode::too_large, name + ": is over 64 KiB");
  text.resize(size);
  return text;
}

}  // namespace

Result<ProxyCredentials> ProxyCredentials::load(const std::filesystem::path& file) {
  if (file.empty()) return ProxyCredentials();
  const Result<std::string> text = read_file(file);
  if (!text) return std::unexpected(text.error());
  auto parsed = parse(*text);
  if (parsed) return parsed;
  return fail(parsed.error().code,
              "fetcher.proxy_credentials '" + file.native() + "': " + parsed.error().message);
}

Result<ProxyCredentials> ProxyCredentials::parse(std::string_view text) {
  ProxyCredentials credentials;
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty() || line.starts_with('#')) continue;
    const std::size_t space = std::min(line.find(' '), line.size());
    const auto proxy = parse_proxy(line.substr(0, space));
    const std::string_view credential = line.substr(std::min(space + 1, line.size()));
    if (!proxy || !is_credential(credential)) {
      return fail(ErrorCode::invalid_argument,
                  "line " + std::to_string(number) + " is not \"ADDRESS:PORT USER:PASSWORD\"");
    }
    if (!credentials.by_proxy_.emplace(to_string(*proxy), credential).second) {
      return fail(ErrorCode::invalid_argument,
                  "line " + std::to_string(number) + " names a proxy that an earlier line names");
    }
  }
  return credentials;
}

std::string ProxyCredentials::find(const std::string& proxy) const {
  const auto found = by_proxy_.find(proxy);
  return found == by_proxy_.end() ? "" : found->second;
}

std::filesystem::path proxy_credentials_file(const std::filesystem::path& configured,
                                             const std::filesystem::path& folder) {
  if (!configured.empty() || folder.empty()) return configured;
  std::error_code error;
  const std::filesystem::path brought = folder / "proxy-credentials";
  return std::filesystem::exists(brought, error) ? brought : std::filesystem::path();
}

}  // namespace seekd::fetcher
