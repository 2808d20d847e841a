// The keys of what the configuration names of one kind (search providers, upstreams, webhooks): a
// file each, or systemd's credential of its name.
//
// Read once, before the sandbox: another key takes a restart.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <utility>

#include "fetcher/broker/secret_file.h"
#include "policy/result.h"

namespace seekd::fetcher {

using NamedKeys = std::map<std::string, std::string, std::less<>>;  // by name; who has none is out

// `Owner` has a name and a key_file; `credential` is what the names of its credentials begin with,
// `read` a Result<std::string> of a file. Errors: as `read`'s.
template <class Owner, class Read>
Result<NamedKeys> load_named_keys(std::span<const Owner> owners,
                                  const std::filesystem::path& credentials,
                                  const std::string& credential, const Read& read) {
  NamedKeys keys;
  for (const Owner& owner : owners) {
    const auto file =
        configured_or_credential(owner.key_file, credentials, credential + owner.name);
    if (file.empty()) continue;
    Result<std::string> key = read(file);
    if (!key) return std::unexpected(std::move(key.error()));
    keys[owner.name] = *std::move(key);
  }
  return keys;
}

}  // namespace seekd::fetcher
