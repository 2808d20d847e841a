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

class ProxyCredentials {
 public:
  // `file`: as read_secret_file(); "" is none.
  static Result<ProxyCredentials> load(const std::filesystem::path& file);
  static Result<ProxyCredentials> parse(std::string_view text);

  // "USER:PASSWORD" for a proxy as policy::to_string(Endpoint) writes it; "" where it has none.
  std::string find(const std::string& proxy) const;

 private:
  std::map<std::string, std::string> by_proxy_;
};

}  // namespace seekd::fetcher
