// The key inside a cache's folder: it encrypts the folder's files, and the file KEYS holds it,
// encrypted by the master key that stands outside (master_key.h).
//
// KEYS: "seekdkey", 1 (format, one byte), the master key's id (16 digits), a salt (16 bytes), the
// data key and its tag (48 bytes; AES-256-GCM under a key derived from master key and salt, all
// before authenticated with it), the xxh3-128 of all that. Another master key means a new KEYS,
// and no other file. It is replaced whole: at a crash the old one or the new one is there. One
// thread a folder.

#pragma once

#include <filesystem>

#include "cache/encryption/master_key.h"
#include "cache/encryption/secret.h"
#include "policy/result.h"

namespace seekd::cache {

inline constexpr const char* keys_file = "KEYS";

bool has_data_key(const std::filesystem::path& folder);

// A new one, for a folder that has none. Errors: io.
Result<Secret> make_data_key(const std::filesystem::path& folder, const MasterKey& master);

// Errors: invalid_argument (it was encrypted by another master key), version_mismatch, corrupt, io.
Result<Secret> read_data_key(const std::filesystem::path& folder, const MasterKey& master);

// The same data key, encrypted by `to` from now on. Errors: as read_data_key.
Status change_master_key(const std::filesystem::path& folder, const MasterKey& from,
                         const MasterKey& to);

// A copy of the file, on disk when it returns. Errors: io.
Status copy_data_key(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace seekd::cache
