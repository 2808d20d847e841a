// MasterKey: the key outside the cache's folder that opens the key inside it (data_key.h).
//
// 32 bytes in a file of their own, or 64 hexadecimal digits, that only seekd's user or root can
// read; a systemd credential is such a file. Plain functions, any thread.

#pragma once

#include <filesystem>
#include <string>

#include "cache/encryption/secret.h"
#include "policy/result.h"

namespace seekd::cache {

struct MasterKey {
  Secret secret;
  std::filesystem::path file;  // for messages

  // 16 hexadecimal digits: which key it is, without saying what it is.
  std::string id() const;
};

// Errors: not_found, invalid_argument (of another length, or others can read it), io; each message
// names the file and the remedy.
Result<MasterKey> read_master_key(const std::filesystem::path& file);

}  // namespace seekd::cache
