// Storage: how RocksDB reads and writes the files of one cache's folder: as they are, or encrypted
// with the key that config.key_file opens (decision 0020). Any thread; outlives the databases that
// were opened through it.

#pragma once

#include <filesystem>
#include <memory>

#include <rocksdb/env.h>
#include <rocksdb/options.h>

#include "config/config.h"
#include "policy/result.h"

namespace seekd::cache {

class Storage {
 public:
  // For a folder that is there. Where nothing is in it and there is a key_file, it is encrypted
  // from now on. Errors, before anything else is looked at or written: invalid_argument (another
  // key; encrypted and no key; a key and not encrypted), not_found (no key file), corrupt, io.
  static Result<Storage> open(const config::CacheConfig& config);

  // Environment, log, and what the manifest says of the logs of writes. RocksDB's own log would
  // name files and keys in clear, and Debian's build ends the process where that log cannot be
  // written: what matters comes back as a Status.
  void use_in(rocksdb::DBOptions& options) const;

  // What a copy of the folder's files needs beside them. Errors: io.
  Status copy_key_to(const std::filesystem::path& folder) const;

 private:
  explicit Storage(std::filesystem::path folder) : folder_(std::move(folder)) {}

  std::filesystem::path folder_;
  std::shared_ptr<rocksdb::Env> env_;  // nullptr: the files are as they are
};

}  // namespace seekd::cache
