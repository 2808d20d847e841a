#include "fetcher/broker/proxy_credentials.h"

#include <algorithm>
#include <utility>

#include "config/scalar_readers.h"
#include "fetcher/broker/secret_file.h"
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

}  // namespace

Result<ProxyCredentials> ProxyCredentials::load(const std::filesystem::path& file) {
  if (file.empty()) return ProxyCredentials();
  const Result<std::string> text = read_secret_file(file, "fetcher.proxy_credentials");
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

}  // namespace seekd::fetcher
