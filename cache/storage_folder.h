// The folder that the cache lives in: is it ours to open?
//
// Looked at before RocksDB opens it for writing, because opening replays logs and starts
// compactions, and neither must happen to a database of another format or of another program. Any
// thread.

#pragma once

#include <filesystem>

#include <rocksdb/status.h>

#include "cache/storage.h"
#include "config/config.h"
#include "policy/page.h"
#include "policy/result.h"

namespace seekd::cache {

// Makes the folder with mode 0700 where it is missing, and judges what is in it. Errors: busy
// (another process holds it), version_mismatch, corrupt, io, and what Storage::open says.
Result<Storage> prepare_folder(const config::CacheConfig& config);

// The same for a folder that has to be there already. Errors: not_found too.
Result<Storage> check_folder(const config::CacheConfig& config);

// Is there something of a cache, that no process holds, to be salvaged? Errors: not_found,
// busy, version_mismatch, and what Storage::open says.
Status check_salvageable(const config::CacheConfig& config);

// Errors: busy.
Status check_free(const std::filesystem::path& folder);

// Writes a manifest from the table files that are there, in place of the one that cannot be read.
// Errors: corrupt, io.
Status rebuild_manifest(const config::CacheConfig& config, const Storage& storage, TimePoint now);

// What RocksDB says of a folder, in seekd's words.
Error storage_error(const rocksdb::Status& status, const std::filesystem::path& folder);

}  // namespace seekd::cache
