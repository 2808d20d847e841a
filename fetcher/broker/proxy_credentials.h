// What the forward proxies ask for: a user and a password each, out of a file that only those may
// read who have to.
//
// A line each, "ADDRESS:PORT USER:PASSWORD"; empty lines, and those that begin with '#', are
// skipped. Read once, before the sandbox. No message of an error holds anything of a line but its
// number. Errors: not_found, invalid_argument (also permissions, with the remedy), too_large, io.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "policy/result.h"

namespace seekd::fetcher {

inline constexpr std::size_t proxy_credentials_bytes_max = 64 * 1024;  // of the file

class ProxyCredentials {
 public:
  // `file` may be read by its owner, who is root or this process's user, and by root's or
  // this process's group; by nobody else. "" is no file.
  static Result<ProxyCredentials> load(const std::filesystem::path& file);
  static Result<ProxyCredentials> parse(std::string_view text);

  // "USER:PASSWORD" for a proxy as policy::to_string(Endpoint) writes it; "" where it has none.
  std::string find(const std::string& proxy) const;

 private:
  std::map<std::string, std::string> by_proxy_;
};

// Where the configuration names no file, and systemd has brought the credential
// "proxy-credentials" (systemd.exec(5), LoadCredential=): that one. `folder`: what
// $CREDENTIALS_DIRECTORY says, "" where it is not set.
std::filesystem::path proxy_credentials_file(const std::filesystem::path& configured,
                                             const std::filesystem::path& folder);

}  // namespace seekd::fetcher
