// A rocksdb::FileSystem whose files are encrypted and authenticated; names, sizes and times are
// not.
//
// A file that is not encrypted is IOStatus::Corruption, so that nobody can put one of his own among
// them. Any thread, as rocksdb::FileSystem says.

#pragma once

#include <memory>

#include <rocksdb/file_system.h>

#include "cache/encryption/secret.h"

namespace seekd::cache {

std::shared_ptr<rocksdb::FileSystem> encrypted_file_system(
    const std::shared_ptr<rocksdb::FileSystem>& base, Secret data_key);

}  // namespace seekd::cache
