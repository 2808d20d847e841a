// The folder that the cache lives in: is it ours to open?
//
// Looked at before RocksDB opens it for writing, because opening replays logs and starts
// compactions, and neither must happen to a database of another format or of another program. Any
// thread.

#pragma once

#include <filesystem>

#include <rocksdb/status.h>

#include "policy/result.h"

namespace seekd::cache {

// Makes the folder with mode 0700 where it is missing, and judges what is in it. Errors: busy
// (another process holds it), version_mismatch, corrupt, io.
Status prepare_folder(const std::filesystem::path& folder);

// What RocksDB says of a folder, in seekd's words.
Error storage_error(const rocksdb::Status& status, const std::filesystem::path& folder);

}  // namespace seekd::cache
